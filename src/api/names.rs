//! Names of hosts and origins as clients send them, or why a setting could never match one.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::notice;
use crate::notice::Notice;

/// An origin as browsers send it: lower case, without the scheme's own port and without a trailing slash. `null` is one: pages from files and
/// sandboxed frames of any site send it.
///
/// # Errors
/// Why no browser sends this, and how to write it.
pub fn read_origin(text: &str) -> Result<String, Notice> {
    let origin = text.trim().to_ascii_lowercase();
    if origin == "null" {
        return Ok(origin);
    }
    if origin.contains('*') {
        return Err(wrong_origin(text, notice!("api-origin-pattern")));
    }
    let Some((scheme, rest)) = origin.split_once("://") else { return Err(wrong_origin(text, notice!("api-name-no-scheme"))) };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(word) {
        return Err(wrong_origin(text, notice!("api-name-no-scheme")));
    }
    if scheme == "file" {
        return Err(notice!("api-origin-file"));
    }
    let rest = rest.trim_end_matches('/');
    if rest.contains(['/', '?', '#', '\\']) {
        return Err(wrong_origin(text, notice!("api-origin-path")));
    }
    let (name, port) = name_and_port(rest).ok_or_else(|| wrong_origin(text, notice!("api-origin-malformed")))?;
    let own = matches!((scheme, port), ("http", Some(80)) | ("https", Some(443)));
    Ok(match port.filter(|_| !own) {
        Some(port) => format!("{scheme}://{name}:{port}"),
        None => format!("{scheme}://{name}"),
    })
}

/// A `Host` name as clients send it, with or without port: lower case, without the final dot and without port 80, IPv6 in brackets.
///
/// # Errors
/// Why no client sends this, and how to write it.
pub fn read_host(text: &str) -> Result<String, Notice> {
    let host = text.trim().to_ascii_lowercase();
    if host.contains("://") {
        return Err(wrong_host(text, notice!("api-host-scheme")));
    }
    if host.contains('*') {
        return Err(wrong_host(text, notice!("api-host-pattern")));
    }
    if host.contains(['/', '?', '#', '\\']) {
        return Err(wrong_host(text, notice!("api-host-path")));
    }
    let bare = host.parse::<Ipv6Addr>().map(|a| format!("[{a}]"));
    let (name, port) = name_and_port(bare.as_deref().unwrap_or(&host)).ok_or_else(|| wrong_host(text, notice!("api-host-malformed")))?;
    let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
    Ok(match port.filter(|p| *p != 80) {
        Some(port) => format!("{name}:{port}"),
        None => name,
    })
}

fn wrong_origin(text: &str, why: Notice) -> Notice {
    notice!("api-origin-wrong", origin = shown(text), reason = why)
}

fn wrong_host(text: &str, why: Notice) -> Notice {
    notice!("api-host-wrong", host = shown(text), reason = why)
}

fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

/// A name or address, which could be one, and its port.
fn name_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
            (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), port)
        }
        None => match text.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port)),
            None => (text.to_owned(), None),
        },
    };
    let port = match port {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse::<u16>().ok().filter(|p| *p > 0)?),
        Some(_) => return None,
        None => None,
    };
    (name.starts_with('[') || is_name(&name)).then_some((name, port))
}

/// Letters, digits, hyphens and underscores between dots; other letters are sent as `xn--…`. A name that ends in a number must be an address.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |l: &str| !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let numeric = name.rsplit('.').next().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= 253 && name.split('.').all(label) && (!numeric || name.parse::<Ipv4Addr>().is_ok())
}

/// The name of a `Host` header without port and brackets.
pub(super) fn host_name(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, rest) = rest.split_once(']')?;
            (name, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let port_ok = port.is_none_or(|p| p.parse::<u16>().is_ok());
    (port_ok && !name.is_empty()).then(|| name.strip_suffix('.').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        for (text, origin) in [
            ("https://shop.example", "https://shop.example"),
            (" HTTPS://Shop.Example:443/ ", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://localhost:80", "http://localhost"),
            ("http://[0:0::1]:5173", "http://[::1]:5173"),
            ("http://192.168.0.7:8080", "http://192.168.0.7:8080"),
            ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
            ("tauri://localhost", "tauri://localhost"),
            ("https://xn--bj0bj06e.kr", "https://xn--bj0bj06e.kr"),
            ("NULL", "null"),
        ] {
            assert_eq!(read_origin(text).unwrap(), origin, "{text}");
        }
        for bad in [
            "",
            " ",
            "*",
            "https://*.example",
            "shop.example",
            "localhost:3000",
            "//shop.example",
            "https:/shop.example",
            "https://",
            "https://shop.example/cart",
            "https://shop.example?x",
            "https://shop.example#x",
            "https://me@shop.example",
            "https://shop example",
            "https://a.example https://b.example",
            "https://a.example,https://b.example",
            "https://shop.example:99999",
            "https://shop.example:0",
            "https://shop.example:x",
            "https://shop..example",
            "https://[::1",
            "https://127.1",
            "https://한글.kr",
            "file:///home/me/page.html",
            "data:text/html",
            "1http://a",
        ] {
            let why = read_origin(bad).unwrap_err().to_string();
            assert!(
                why.starts_with("allow-origin: ") && (why.contains("; write it as https://") || why.contains("; serve the page")),
                "{why}"
            );
        }
    }

    #[test]
    fn hosts_are_what_clients_send() {
        for (text, host) in [
            ("studio.lan", "studio.lan"),
            (" Studio.LAN. ", "studio.lan"),
            ("studio.lan:8000", "studio.lan:8000"),
            ("studio.lan:80", "studio.lan"),
            ("my_machine", "my_machine"),
            ("192.168.0.7", "192.168.0.7"),
            ("FE80:0::1", "[fe80::1]"),
            ("[fe80::1]:8000", "[fe80::1]:8000"),
        ] {
            assert_eq!(read_host(text).unwrap(), host, "{text}");
        }
        for bad in [
            "",
            "http://studio.lan",
            "studio.lan/",
            "studio.lan/api",
            "*",
            "*.lan",
            "studio lan",
            "a.lan,b.lan",
            "me@studio.lan",
            "studio.lan:http",
            "studio.lan:70000",
            ":8000",
            "[fe80::1",
            "스튜디오.kr",
            "999.1.1.1",
        ] {
            let why = read_host(bad).unwrap_err().to_string();
            assert!(why.starts_with("allow-host: ") && why.contains("; write it as studio.lan"), "{why}");
        }
    }
}
