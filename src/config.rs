//! File, environment and flags become one [`Config`], once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Default address of the server.
pub const DEFAULT_BIND: &str = "127.0.0.1:8000";
/// Default limit of a request's body.
pub const DEFAULT_BODY_LIMIT: usize = 64 << 20;

/// The settings file, `config.toml`; every key is optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data_dir: Option<PathBuf>,
    font_dirs: Vec<PathBuf>,
    default_font: Option<String>,
    models_dir: Option<PathBuf>,
    device: Option<String>,
    bind: Option<String>,
    token: Option<String>,
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
    max_body_mib: Option<usize>,
}

/// What the command line may override.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--fonts`.
    pub font_dirs: Vec<PathBuf>,
    /// `--models`.
    pub models_dir: Option<PathBuf>,
    /// `--device`.
    pub device: Option<String>,
    /// `--bind`.
    pub bind: Option<String>,
    /// `--token`.
    pub token: Option<String>,
    /// `--allow-host`.
    pub allowed_hosts: Vec<String>,
    /// `--allow-origin`.
    pub allowed_origins: Vec<String>,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the settings were looked for.
    pub file: PathBuf,
    /// Where jobs are kept.
    pub data_dir: PathBuf,
    /// Folders with more fonts, those added in the studio included.
    pub font_dirs: Vec<PathBuf>,
    /// Folders that were added in the studio.
    pub added_font_dirs: Vec<PathBuf>,
    /// The face that is used when none is named.
    pub default_font: String,
    /// Where the diffusion models are.
    pub models_dir: PathBuf,
    /// Where the diffusion models run: `auto`, `cpu`, `cuda` or `cuda:N`.
    pub device: String,
    /// The server's address.
    pub bind: SocketAddr,
    /// Bearer token; required when `bind` is not a loopback address.
    pub token: Option<String>,
    /// Host names that the server answers to besides the loopback ones.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may call.
    pub allowed_origins: Vec<String>,
    /// Bytes.
    pub body_limit: usize,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file.
    #[error("the settings file {} cannot be used: {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An address.
    #[error("bind: \"{0}\" is not an address; write it as 127.0.0.1:8000")]
    Bind(String),
    /// A folder that was asked for.
    #[error("--fonts: there is no folder {}", .0.display())]
    Fonts(PathBuf),
    /// A folder of models that was asked for.
    #[error("--models: there is no folder {}", .0.display())]
    Models(PathBuf),
    /// No home folder.
    #[error("no home folder was found; name a folder with --data-dir")]
    NoHome,
}

impl Config {
    /// Flags over environment over file over defaults. Reads the file and `NANOCOCOA_*`.
    pub fn load(flags: Overrides) -> Result<Self, ConfigError> {
        let env = |key: &str| std::env::var(key).ok().filter(|v| !v.is_empty());
        let dirs = directories::ProjectDirs::from("", "", "nanococoa");
        let named = flags.config.clone().or_else(|| env("NANOCOCOA_CONFIG").map(PathBuf::from));
        let named = named.map(|p| crate::paths::find(&p));
        let path = named.clone().or_else(|| dirs.as_ref().map(|d| d.config_dir().join("config.toml"))).unwrap_or_default();
        let file = read(&path, named.is_some())?;
        let data_dir = flags
            .data_dir
            .or_else(|| env("NANOCOCOA_DATA_DIR").map(PathBuf::from))
            .or(file.data_dir)
            .or_else(|| dirs.as_ref().map(|d| d.data_dir().to_path_buf()))
            .ok_or(ConfigError::NoHome)?;
        let mut font_dirs: Vec<PathBuf> = flags.font_dirs.iter().map(|d| crate::paths::find(d)).collect();
        if let Some(missing) = font_dirs.iter().find(|d| !d.is_dir()) {
            return Err(ConfigError::Fonts(missing.clone()));
        }
        font_dirs.extend(env("NANOCOCOA_FONTS").map(|v| std::env::split_paths(&v).collect::<Vec<_>>()).unwrap_or_default());
        font_dirs.extend(file.font_dirs);
        font_dirs.push(data_dir.join("fonts"));
        let added_font_dirs = added_fonts(&data_dir);
        font_dirs.extend(added_font_dirs.iter().cloned());
        let models_dir = flags.models_dir.map(|d| crate::paths::find(&d));
        if let Some(missing) = models_dir.as_ref().filter(|d| !d.is_dir()) {
            return Err(ConfigError::Models(missing.clone()));
        }
        let models_dir = models_dir
            .or_else(|| env("NANOCOCOA_MODELS").map(PathBuf::from))
            .or(file.models_dir)
            .unwrap_or_else(|| data_dir.join("models"));
        let device = flags.device.or_else(|| env("NANOCOCOA_DEVICE")).or(file.device).unwrap_or_else(|| "auto".into());
        let bind = flags.bind.or_else(|| env("NANOCOCOA_BIND")).or(file.bind).unwrap_or_else(|| DEFAULT_BIND.into());
        let bind = parse_bind(&bind)?;
        let body_limit = match file.max_body_mib {
            None => DEFAULT_BODY_LIMIT,
            Some(mib @ 1..=1024) => mib << 20,
            Some(mib) => {
                return Err(ConfigError::File { path, reason: format!("max_body_mib = {mib}: use 1 to 1024") });
            }
        };
        let or_file = |flag: Vec<String>, file: Vec<String>| flag.into_iter().chain(file).collect();
        Ok(Self {
            file: path,
            data_dir,
            font_dirs,
            added_font_dirs,
            default_font: file.default_font.unwrap_or_else(|| crate::assets::DEFAULT_FONT.into()),
            models_dir,
            device,
            bind,
            token: flags.token.or_else(|| env("NANOCOCOA_TOKEN")).or(file.token),
            allowed_hosts: or_file(flags.allowed_hosts, file.allowed_hosts),
            allowed_origins: or_file(flags.allowed_origins, file.allowed_origins),
            body_limit,
        })
    }
}

/// Beside the jobs, so that every door on this data folder draws with the same faces: one folder a line.
const FONT_FOLDERS: &str = "font-folders.txt";

fn added_fonts(data_dir: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(data_dir.join(FONT_FOLDERS)).unwrap_or_default();
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(PathBuf::from).collect()
}

impl Config {
    /// Keeps another list of added font folders. Blocking.
    pub fn set_added_font_dirs(&mut self, dirs: Vec<PathBuf>) -> std::io::Result<()> {
        let text: String = dirs.iter().map(|d| format!("{}\n", d.display())).collect();
        std::fs::create_dir_all(&self.data_dir)?;
        std::fs::write(self.data_dir.join(FONT_FOLDERS), text)?;
        self.font_dirs.retain(|d| !self.added_font_dirs.contains(d));
        self.font_dirs.extend(dirs.iter().cloned());
        self.added_font_dirs = dirs;
        Ok(())
    }
}

fn parse_bind(text: &str) -> Result<SocketAddr, ConfigError> {
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    named.as_deref().unwrap_or(text).parse().map_err(|_| ConfigError::Bind(text.into()))
}

fn read(path: &Path, must_exist: bool) -> Result<File, ConfigError> {
    let bad = |reason: String| ConfigError::File { path: path.to_path_buf(), reason };
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|e| bad(e.to_string())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(File::default()),
        Err(e) => Err(bad(e.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_and_bad_values_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        std::fs::write(&path, "bind = \"127.0.0.1:9000\"\nmax_body_mib = 2\n").unwrap();
        let flags = Overrides { config: Some(path.clone()), data_dir: Some(dir.path().into()), ..Overrides::default() };
        let config = Config::load(flags.clone()).unwrap();
        assert_eq!((config.bind.port(), config.body_limit), (9000, 2 << 20));
        let config = Config::load(Overrides { bind: Some("localhost:7".into()), ..flags.clone() }).unwrap();
        assert_eq!(config.bind.port(), 7);
        let error = Config::load(Overrides { bind: Some("nowhere".into()), ..flags.clone() }).unwrap_err();
        assert!(error.to_string().contains("bind"));
        let mut config = Config::load(flags.clone()).unwrap();
        let before = config.font_dirs.clone();
        config.set_added_font_dirs(vec!["/사진/글꼴".into()]).unwrap();
        let again = Config::load(flags.clone()).unwrap();
        assert_eq!((&again.font_dirs, again.added_font_dirs.len()), (&config.font_dirs, 1));
        config.set_added_font_dirs(Vec::new()).unwrap();
        assert_eq!(Config::load(flags.clone()).unwrap().font_dirs, before);
        std::fs::write(&path, "bimd = 3").unwrap();
        assert!(Config::load(flags).unwrap_err().to_string().contains("bimd"));
    }
}
