//! The REST server for the studio's job engine, on its own thread.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, mpsc};

use egui::Context;
use tokio::sync::oneshot;

use super::background::{Mailbox, TaskThreads};
use super::state::Brief;
use crate::api::{self, ApiState, MIN_TOKEN, SecurityPolicy, TokenProblem};
use crate::config::Config;
use crate::engine::Engine;
use crate::formats::Catalogue;
use crate::hub::Downloads;
use crate::notice;
use crate::notice::Notice;
use crate::templates::TemplateCatalogue;

/// A change of the server's state.
pub enum ServerEvent {
    /// The server listens at this address.
    Started(SocketAddr),
    /// The server has ended.
    Stopped,
    /// The server could not start, or failed.
    Failed(Notice),
}

/// The server and the settings for its next start.
pub struct ServerSwitch {
    /// The address as entered.
    pub bind: String,
    /// The token as entered; blank for none.
    pub token: String,
    hosts: Vec<String>,
    origins: Vec<String>,
    body_limit: usize,
    address: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    events: Option<mpsc::Receiver<ServerEvent>>,
    threads: TaskThreads,
}

impl ServerSwitch {
    /// A stopped server with the configured address.
    pub fn new(config: &Config) -> Self {
        Self {
            bind: config.bind.to_string(),
            token: config.token.clone().unwrap_or_default(),
            hosts: config.allowed_hosts.clone(),
            origins: config.allowed_origins.clone(),
            body_limit: config.body_limit,
            address: None,
            stop: None,
            events: None,
            threads: TaskThreads::default(),
        }
    }

    /// The address that the server listens at, if it runs.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The address for clients on this machine: loopback if the server listens on every address.
    pub fn local_address(&self) -> Option<SocketAddr> {
        let mut address = self.address?;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        Some(address)
    }

    /// Whether the server runs or is starting.
    pub fn is_on(&self) -> bool {
        self.stop.is_some()
    }

    /// Why the server cannot start with the entered settings.
    pub fn problem(&self) -> Option<Notice> {
        let Ok(address) = self.bind.trim().replace("localhost:", "127.0.0.1:").parse::<SocketAddr>() else {
            return Some(notice!("server-bad-address"));
        };
        let token = Some(self.token.trim()).filter(|t| !t.is_empty());
        if let Err(problem) = api::check_token(address.ip(), token) {
            return Some(match problem {
                TokenProblem::Missing => notice!("server-needs-token"),
                TokenProblem::Short => notice!("server-short-token", least = MIN_TOKEN),
                TokenProblem::Control => notice!("server-control-in-token"),
            });
        }
        let hosts = self.hosts.iter().map(|h| api::read_host(h));
        let origins = self.origins.iter().map(|o| api::read_origin(o));
        hosts.chain(origins).find_map(Result::err)
    }

    /// Starts the server; events wake the window.
    pub fn start(
        &mut self,
        engine: Engine,
        models: Option<Arc<Downloads>>,
        (formats, templates): (Arc<Catalogue>, Arc<TemplateCatalogue>),
        ctx: &Context,
    ) {
        let Ok(address) = self.bind.trim().replace("localhost:", "127.0.0.1:").parse::<SocketAddr>() else { return };
        if self.origins.iter().any(|o| api::read_origin(o).is_ok_and(|o| o == "null")) {
            tracing::warn!(
                "allowed_origins names null: every page that is opened from a file or runs in a sandboxed frame may send requests"
            );
        }
        let token = Some(self.token.trim().to_owned()).filter(|t| !t.is_empty());
        let security = SecurityPolicy::listening(address, token, self.hosts.clone(), self.origins.clone());
        let state = ApiState::new(engine, security, self.body_limit).with_formats(formats).with_templates(templates);
        let state = match models {
            Some(models) => state.with_models(models),
            None => state,
        };
        let (stop, stopped) = oneshot::channel();
        let (mailbox, events) = Mailbox::new(ctx);
        (self.stop, self.events) = (Some(stop), Some(events));
        let failed = mailbox.clone();
        let started = self.threads.run("nanococoa-server", move || {
            let tell = |event| {
                mailbox.send(event);
            };
            let end = serve(address, state, stopped, &tell);
            tell(end.map_or_else(ServerEvent::Failed, |()| ServerEvent::Stopped));
        });
        if !started {
            failed.send(ServerEvent::Failed(notice!("error-thread")));
        }
    }

    /// Stops the server; open responses may finish.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.address = None;
    }

    /// The next event of the server, if there is one.
    pub fn poll(&mut self) -> Option<ServerEvent> {
        let event = self.events.as_ref()?.try_recv().ok()?;
        self.address = if let ServerEvent::Started(address) = &event { Some(*address) } else { None };
        if matches!(event, ServerEvent::Failed(_)) {
            self.stop = None;
        }
        Some(event)
    }

    /// The request of a brief as a `curl` command for a POSIX shell.
    pub fn curl(&self, brief: &Brief) -> String {
        let address = self.local_address().map_or_else(|| self.bind.trim().to_owned(), |a| a.to_string());
        let quoted = |s: &str| s.replace('\\', "\\\\").replace('$', "\\$").replace('`', "\\`");
        // Placeholders that `quoted` leaves as they are.
        let mark = |layer: usize| format!("@layer {layer} picture@");
        let mut body = quoted(&serde_json::to_string_pretty(&brief.to_raw_with(mark)).unwrap_or_default());
        // Only some versions of `base64` can leave out line breaks.
        let file = |path: &Path| format!("$(base64 < '{}' | tr -d '\\n')", path.display().to_string().replace('\'', "'\\''"));
        for (layer, picture) in &brief.layer_pictures {
            body = body.replace(&mark(*layer), &file(&picture.path));
        }
        let mask = brief.mask.as_ref().filter(|_| brief.product.is_some()).map(|m| ("mask_image", &m.path));
        for (field, path) in mask
            .into_iter()
            .chain(brief.product.as_ref().map(|p| ("product_image", &p.path)))
            .chain(brief.backdrop.as_ref().map(|p| ("background_image", &p.path)))
        {
            body = body.replacen('{', &format!("{{\n  \"{field}\": \"{}\",", file(path)), 1);
        }
        let token = self.token.trim();
        let bearer = token.replace('\'', "'\\''");
        let bearer = if token.is_empty() { bearer } else { format!(" -H 'Authorization: Bearer {bearer}'") };
        format!("curl http://{address}/generate{bearer} -H 'Content-Type: application/json' --data-binary @- <<JSON\n{body}\nJSON\n")
    }
}

fn serve(address: SocketAddr, state: ApiState, stopped: oneshot::Receiver<()>, tell: &dyn Fn(ServerEvent)) -> Result<(), Notice> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|_| notice!("error-thread"))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|e| notice!("server-busy", address = address.to_string(), detail = e.to_string()))?;
        tell(ServerEvent::Started(listener.local_addr().unwrap_or(address)));
        let until = async {
            let _ = stopped.await;
        };
        api::serve(listener, state, until).await.map_err(|e| notice!("server-ended", detail = e.to_string()))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::config::DEFAULT_BIND;
    use crate::gui::state::{Mask, Product};

    #[test]
    fn problems_are_told_and_the_command_for_a_shell_sends_the_whole_brief() {
        use base64::Engine as _;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("it's $HOME");
        std::fs::create_dir(&folder).unwrap();
        let (photo, mask) = (folder.join("photo.image"), folder.join("mask.png"));
        // Long enough to be broken into lines.
        std::fs::write(&photo, [7; 500]).unwrap();
        std::fs::write(&mask, b"mask").unwrap();
        let product = Product { path: photo, name: "a".into(), hash: "a".into(), width: 1, height: 1, has_alpha: false };
        let text = "costs $5 `now` \\ \"here\"\n$(date)";
        let mask = Some(Mask { path: mask, hash: "b".into() });
        let brief = Brief { product: Some(product), mask, text: text.into(), ..Brief::default() };
        let none = dir.path().join("none.toml");
        std::fs::write(&none, "").unwrap();
        let overrides = crate::config::Overrides { config: Some(none), data_dir: Some(dir.path().into()), ..Default::default() };
        let mut switch = ServerSwitch::new(&Config::load(overrides).unwrap());
        assert!(switch.problem().is_none());
        for (bind, token, origin, problem) in [
            ("nowhere", "", None, notice!("server-bad-address")),
            ("0.0.0.0:1", " ", None, notice!("server-needs-token")),
            ("0.0.0.0:1", "0123456789abcde", None, notice!("server-short-token", least = MIN_TOKEN)),
            ("localhost:1", "a\u{7}b", None, notice!("server-control-in-token")),
            ("0.0.0.0:1", "0123456789abcdef", Some("*"), api::read_origin("*").unwrap_err()),
            ("localhost:1", "", Some("shop.example/x"), api::read_origin("shop.example/x").unwrap_err()),
        ] {
            (switch.bind, switch.token, switch.origins) = (bind.into(), token.into(), origin.map(str::to_owned).into_iter().collect());
            let said = switch.problem();
            assert_eq!(said.as_ref(), Some(&problem), "{bind} {token}");
            let korean = crate::notice::Language::Korean.notice(&problem);
            assert!(korean.chars().any(|c| ('가'..='힣').contains(&c)) && !korean.contains("write it"), "{korean}");
        }
        (switch.bind, switch.token, switch.origins) = (DEFAULT_BIND.into(), String::new(), Vec::new());
        switch.address = Some(([0, 0, 0, 0], 8000).into());
        let command = switch.curl(&brief);
        assert!(command.starts_with("curl http://127.0.0.1:8000/generate "), "{command}");
        // The body that the server would get.
        let said = Command::new("sh").arg("-c").arg(format!("curl() {{ cat; }}\n{command}")).output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        let code = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        assert_eq!((json["product_image"].as_str(), json["mask_image"].as_str()), (Some(&*code(&[7; 500])), Some(&*code(b"mask"))));
        assert_eq!(json["text_content"], text);
    }
}
