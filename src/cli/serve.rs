//! `serve`: the REST door without the window.

use anyhow::Context as _;
use clap::Args;
use nanococoa::api::{self, ApiState, SecurityPolicy};
use nanococoa::config::Overrides;

use super::{Common, Failure, load_config, overrides, start_engine};

/// Flags of `serve`.
#[derive(Args)]
pub(super) struct ServeArgs {
    /// Address; another than loopback needs --token
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
    /// Bearer token that every call must carry
    #[arg(long)]
    token: Option<String>,
    /// Answer to this Host name too; may be given several times
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// Let web pages of this origin call; may be given several times
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allowed_origins: Vec<String>,
}

pub(super) fn serve(common: &Common, args: ServeArgs) -> Result<(), Failure> {
    let config = load_config(Overrides {
        bind: args.bind,
        token: args.token,
        allowed_hosts: args.allowed_hosts,
        allowed_origins: args.allowed_origins,
        ..overrides(common)
    })?;
    let token = match config.token.as_deref().map(str::trim) {
        Some("") => return Err(Failure::BadInput("--token is empty; leave it out or write a long random word".into())),
        Some(token) => Some(token.to_owned()),
        None if config.bind.ip().is_loopback() => None,
        None => {
            return Err(Failure::BadInput(format!(
                "{} can be reached from other machines, so a token is needed; for example: --token {}",
                config.bind,
                uuid::Uuid::new_v4().simple()
            )));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(config.bind)
            .await
            .with_context(|| format!("cannot listen on {}; is another server running there? Choose another with --bind", config.bind))?;
        let address = listener.local_addr().context("no address")?;
        let engine = start_engine(&config).map_err(|e| anyhow::anyhow!("{e}"))?;
        let security = SecurityPolicy::listening(address, token, config.allowed_hosts.clone(), config.allowed_origins.clone());
        let mut shown = address;
        if address.ip().is_unspecified() {
            shown.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            say!("Other machines reach it by this machine's address; host names need --allow-host.");
        }
        say!("nanoCocoa serves http://{shown} (documentation: http://{shown}/docs). Ctrl-C ends it.");
        let state = ApiState::new(engine.clone(), security, config.body_limit);
        api::serve(listener, state, shutdown_signal()).await.context("the server ended")?;
        let ended = tokio::task::spawn_blocking(move || engine.shutdown()).await;
        ended.context("the engine did not end cleanly")
    })?;
    Ok(())
}

async fn shutdown_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
