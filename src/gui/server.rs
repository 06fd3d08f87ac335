//! The server switch: the REST door to the same engine, on a thread of its own.

use std::net::SocketAddr;
use std::sync::mpsc;

use tokio::sync::oneshot;

use super::bridge::{Bridge, Message, Say};
use super::state::Brief;
use super::toasts::{Kind, Toasts};
use crate::api::{self, ApiState, SecurityPolicy};
use crate::config::Config;

enum News {
    Up(SocketAddr),
    Down,
    Failed(Say),
}

/// The switch and what it is set to.
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
    news: Option<mpsc::Receiver<News>>,
}

impl ServerSwitch {
    /// Off, with the configured address.
    pub fn new(config: &Config) -> Self {
        Self {
            bind: config.bind.to_string(),
            token: config.token.clone().unwrap_or_default(),
            hosts: config.allowed_hosts.clone(),
            origins: config.allowed_origins.clone(),
            body_limit: config.body_limit,
            address: None,
            stop: None,
            news: None,
        }
    }

    /// Where it listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Whether it is on or about to be.
    pub fn is_on(&self) -> bool {
        self.stop.is_some()
    }

    /// Why it cannot be switched on as entered.
    pub fn problem(&self) -> Option<Say> {
        let text = self.bind.trim().replace("localhost:", "127.0.0.1:");
        match text.parse::<SocketAddr>() {
            Err(_) => Some(Say::new("server.bad_address", &[])),
            Ok(a) if !a.ip().is_loopback() && self.token.trim().is_empty() => Some(Say::new("server.needs_token", &[])),
            Ok(_) => None,
        }
    }

    /// Switches it on.
    pub fn start(&mut self, bridge: &Bridge) {
        let Ok(address) = self.bind.trim().replace("localhost:", "127.0.0.1:").parse::<SocketAddr>() else { return };
        let token = Some(self.token.trim().to_owned()).filter(|t| !t.is_empty());
        let mut hosts = self.hosts.clone();
        if !address.ip().is_loopback() && !address.ip().is_unspecified() {
            hosts.push(address.ip().to_string());
        }
        let state = ApiState::new(bridge.engine().clone(), SecurityPolicy::new(token, hosts, self.origins.clone()), self.body_limit);
        let (stop, stopped) = oneshot::channel();
        let (sender, news) = mpsc::channel();
        (self.stop, self.news) = (Some(stop), Some(news));
        bridge.work("nanococoa-server", move |bridge| {
            let tell = |n| {
                let _ = sender.send(n);
                bridge.wake();
            };
            let end = serve(address, state, stopped, &tell);
            tell(end.map_or_else(News::Failed, |()| News::Down));
            Ok::<Option<Message>, Say>(None)
        });
    }

    /// Switches it off; open answers may finish.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.address = None;
    }

    /// Takes in what the thread reports. Once a frame.
    pub fn poll(&mut self, toasts: &mut Toasts, now: f64) {
        while let Some(Ok(news)) = self.news.as_ref().map(mpsc::Receiver::try_recv) {
            match news {
                News::Up(address) => self.address = Some(address),
                News::Down => self.address = None,
                News::Failed(say) => {
                    self.address = None;
                    self.stop = None;
                    toasts.say(Kind::Bad, say, now);
                }
            }
        }
    }

    /// The current brief as a command for a shell.
    pub fn curl(&self, brief: &Brief) -> String {
        let address = self.address.map_or_else(|| self.bind.trim().to_owned(), |a| a.to_string());
        let quoted = |s: &str| s.replace('\\', "\\\\").replace('$', "\\$").replace('`', "\\`");
        let mut fields = brief.to_raw();
        let json = serde_json::to_string_pretty(&fields).unwrap_or_default();
        let mut body = quoted(&json);
        if let Some(product) = &brief.product {
            fields.clear();
            let path = product.path.display().to_string().replace('\'', "'\\''");
            body = body.replacen('{', &format!("{{\n  \"product_image\": \"$(base64 -w0 '{path}')\","), 1);
        }
        let token = self.token.trim();
        let bearer = if token.is_empty() { String::new() } else { format!(" -H 'Authorization: Bearer {token}'") };
        format!("curl http://{address}/generate{bearer} -H 'Content-Type: application/json' --data-binary @- <<JSON\n{body}\nJSON\n")
    }
}

fn serve(address: SocketAddr, state: ApiState, stopped: oneshot::Receiver<()>, tell: &dyn Fn(News)) -> Result<(), Say> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Say::from(e.to_string()))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| Say::new("server.busy", &[&address, &e]))?;
        tell(News::Up(listener.local_addr().unwrap_or(address)));
        let until = async {
            let _ = stopped.await;
        };
        api::serve(listener, state, until).await.map_err(|e| Say::from(e.to_string()))
    })
}
