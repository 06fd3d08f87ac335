//! Pages of a package index: the address of a file.

use reqwest::Url;

/// A file on the page of a project.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Its address.
    pub(super) url: Url,
    /// SHA-256 in hexadecimal, if the page names it.
    pub(super) sha256: Option<String>,
}

/// Finds the link to a file on the page of a project at `base`. Reference: PEP 503. Every index has such pages; those in JSON (PEP 691) are newer.
pub(super) fn find_link(page: &str, base: &Url, file: &str) -> Option<Link> {
    let hrefs = page.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(href, _)| href)
    });
    let mut links = hrefs.filter_map(|href| {
        let mut url = base.join(&href.replace("&amp;", "&")).ok()?;
        let sha256 = url.fragment().and_then(|hash| hash.strip_prefix("sha256=")).map(str::to_owned);
        url.set_fragment(None);
        let is_file = url.path_segments()?.next_back() == Some(file);
        // A page that came over https must not lead to http.
        let is_allowed = url.scheme() == "https" || (url.scheme() == "http" && base.scheme() == "http");
        (is_file && is_allowed).then_some(Link { url, sha256 })
    });
    links.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_every_kind_of_index_are_found() {
        let base = Url::parse("https://mirror.example/simple/nvidia-x/").unwrap();
        let find = |page: &str| find_link(page, &base, "nvidia_x-1.0-py3-none-any.whl");
        let public = r#"<a href="https://files.example/packages/12/nvidia_x-1.0-py3-none-any.whl.metadata">other</a>
            <a data-x="y" href="https://files.example/packages/12/nvidia_x-1.0-py3-none-any.whl#sha256=ab12" data-requires-python="&gt;=3">x</a>"#;
        let link = find(public).unwrap();
        assert_eq!(link.url.as_str(), "https://files.example/packages/12/nvidia_x-1.0-py3-none-any.whl");
        assert_eq!(link.sha256.as_deref(), Some("ab12"));
        // Mirrors link below themselves, and some sign their links.
        let mirror = "<a href='../../packages/nvidia_x-1.0-py3-none-any.whl?a=1&amp;b=2'>x</a>";
        let link = find(mirror).unwrap();
        assert_eq!(link.url.as_str(), "https://mirror.example/packages/nvidia_x-1.0-py3-none-any.whl?a=1&b=2");
        assert_eq!(link.sha256, None);
        for none in ["", "href=", "<a href=\"", "<a href=\"http://files.example/nvidia_x-1.0-py3-none-any.whl\">", "<a href=\"file:///x\">"]
        {
            assert_eq!(find(none), None, "{none}");
        }
    }
}
