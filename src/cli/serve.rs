//! `serve`: the REST API without the window.

use anyhow::Context as _;
use clap::Args;
use nanococoa::api::{self, ApiState, SecurityPolicy, TokenProblem};
use nanococoa::config::Overrides;

use super::common::{Common, Failure, load_config, overrides, start_engine, words};
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
        token => token.map(str::to_owned),
    };
    api::check_token(config.bind.ip(), token.as_deref()).map_err(|problem| {
        let example = uuid::Uuid::new_v4().simple();
        let bind = config.bind;
        let remedy = match problem {
            TokenProblem::Control => String::new(),
            _ => format!("; for example: NANOCOCOA_TOKEN={example} nanococoa serve --bind {bind} (or --token, which other users can read)"),
        };
        Failure::BadInput(format!("{bind}: {}{remedy}", words(&problem.notice())))
    })?;
    for host in &config.allowed_hosts {
        api::read_host(host).map_err(|why| Failure::BadInput(words(&why)))?;
    }
    for origin in &config.allowed_origins {
        if api::read_origin(origin).map_err(|why| Failure::BadInput(words(&why)))? == "null" {
            eprintln!(
                "warning: --allow-origin null lets any page call that is opened from a file or runs in a sandboxed frame, also a hostile one. \
                 Allow the origin of your own page instead."
            );
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(config.bind)
            .await
            .with_context(|| format!("cannot listen on {}; is another server running there? Choose another with --bind", config.bind))?;
        let address = listener.local_addr().context("no address")?;
        let engine = start_engine(&config).map_err(|e| anyhow::anyhow!(words(&e.notice())))?;
        let security = SecurityPolicy::listening(address, token, config.allowed_hosts.clone(), config.allowed_origins.clone());
        let mut shown = address;
        if address.ip().is_unspecified() {
            shown.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            say!("Other machines reach it by this machine's address; host names need --allow-host.");
        }
        let ended = end_signal();
        say!("nanoCocoa serves http://{shown} (documentation: http://{shown}/docs). Ctrl-C ends it.");
        let state = ApiState::new(engine.clone(), security, config.body_limit);
        api::serve(listener, state, ended).await.context("the server ended")?;
        let ended = tokio::task::spawn_blocking(move || engine.shutdown()).await;
        ended.context("the engine did not end cleanly")
    })?;
    Ok(())
}
