//! `serve`: the REST API without the window.

use std::sync::Arc;

use clap::Args;
use nanococoa::api::{self, ApiState, SecurityPolicy, TokenProblem};
use nanococoa::config::{Config, Overrides};
use nanococoa::hub::{Downloads, Hub};
use nanococoa::notice;

use super::common::{Failure, runtime, start_engine, words};
use super::signals::end_signal;

/// Flags of `serve`.
#[derive(Args)]
pub(super) struct ServeArgs {
    /// Address; another than loopback needs a token
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
    /// Token that every call must carry. Set NANOCOCOA_TOKEN instead: other users of this machine can read command lines
    #[arg(long)]
    token: Option<String>,
    /// Answer to this Host name too, such as studio.lan; may be given several times
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// Let web pages of this origin call, such as https://shop.example; may be given several times
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allowed_origins: Vec<String>,
}

impl ServeArgs {
    /// The settings that these flags and the common ones name.
    pub(super) fn overrides(&self, common: Overrides) -> Overrides {
        Overrides {
            bind: self.bind.clone(),
            token: self.token.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
            allowed_origins: self.allowed_origins.clone(),
            ..common
        }
    }
}

pub(super) fn serve(config: Config) -> Result<(), Failure> {
    let token = match config.token.as_deref().map(str::trim) {
        Some("") => return Err(Failure::bad_input(notice!("cli-token-empty"))),
        token => token.map(str::to_owned),
    };
    api::check_token(config.bind.ip(), token.as_deref()).map_err(|problem| {
        let (address, reason) = (config.bind.to_string(), problem.notice());
        Failure::bad_input(match problem {
            TokenProblem::Control => notice!("cli-token", address = address, reason = reason),
            _ => {
                let example = uuid::Uuid::new_v4().simple().to_string();
                notice!("cli-token-needed", address = address, reason = reason, example = example)
            }
        })
    })?;
    for host in &config.allowed_hosts {
        api::read_host(host).map_err(Failure::bad_input)?;
    }
    for origin in &config.allowed_origins {
        if api::read_origin(origin).map_err(Failure::bad_input)? == "null" {
            say_stderr!("warning: {}", words(&notice!("cli-origin-null")));
        }
    }
    let formats = Arc::new(super::formats::catalogue(&config)?);
    let templates = Arc::new(super::templates::catalogue(&config));
    let hub = Hub::open(&config.models_dir, &config.data_dir)?;
    runtime(&mut tokio::runtime::Builder::new_multi_thread())?.block_on(async {
        let listener = tokio::net::TcpListener::bind(config.bind)
            .await
            .map_err(|e| Failure::failed(notice!("cli-listen", address = config.bind.to_string(), detail = e.to_string())))?;
        let address = listener.local_addr().map_err(|e| Failure::failed(notice!("cli-no-address", detail = e.to_string())))?;
        let engine = start_engine(&config).map_err(|e| Failure::failed(e.notice()))?;
        let security = SecurityPolicy::listening(address, token, config.allowed_hosts.clone(), config.allowed_origins.clone());
        let mut shown = address;
        if address.ip().is_unspecified() {
            shown.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            say!("{}", words(&notice!("cli-every-address")));
        }
        let ended = end_signal();
        say!("{}", words(&notice!("cli-serving", address = shown.to_string())));
        let models = Arc::new(Downloads::new(hub, Arc::new(|| {})));
        let state =
            ApiState::new(engine.clone(), security, config.body_limit).with_models(models).with_formats(formats).with_templates(templates);
        let served = api::serve(listener, state, ended).await;
        served.map_err(|e| Failure::failed(notice!("cli-server-ended", detail = e.to_string())))?;
        let ended = tokio::task::spawn_blocking(move || engine.shutdown()).await;
        ended.map_err(|e| Failure::failed(notice!("cli-engine-ended", detail = e.to_string())))
    })?;
    Ok(())
}
