//! Settings from the command line, the environment and the settings file, merged into one [`Config`] at start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::notice;
use crate::notice::{Argument, Notice};

/// Default address of the server.
pub const DEFAULT_BIND: &str = "127.0.0.1:8000";
/// Default limit of a request body, bytes.
pub const DEFAULT_BODY_LIMIT: usize = 64 << 20;
/// Largest `max_body_mib`.
const MAX_BODY_MIB: usize = 1024;

/// The settings file, `config.toml`; every key is optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data_dir: Option<PathBuf>,
    font_dirs: Vec<PathBuf>,
    system_fonts: Option<bool>,
    default_font: Option<String>,
    models_dir: Option<PathBuf>,
    device: Option<String>,
    cuda: Option<String>,
    flux: Option<String>,
    precision: Option<String>,
    bind: Option<String>,
    token: Option<String>,
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
    max_body_mib: Option<usize>,
}

/// Settings given on the command line; they take precedence.
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
    /// `--precision`.
    pub precision: Option<String>,
    /// `--bind`.
    pub bind: Option<String>,
    /// `--token`.
    pub token: Option<String>,
    /// `--allow-host`.
    pub allowed_hosts: Vec<String>,
    /// `--allow-origin`.
    pub allowed_origins: Vec<String>,
}

/// The merged settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Path of the settings file, whether or not it exists.
    pub file: PathBuf,
    /// The data folder, which holds the jobs.
    pub data_dir: PathBuf,
    /// Folders with additional fonts, including those added in the studio and those of the system.
    pub font_dirs: Vec<PathBuf>,
    /// Font folders that were added in the studio.
    pub added_font_dirs: Vec<PathBuf>,
    /// Name of the font for requests without `font_name`.
    pub default_font: String,
    /// Folder of the diffusion models.
    pub models_dir: PathBuf,
    /// Device of the diffusion backend: `auto`, `cpu`, `cuda`, `cuda:N` or `metal`.
    pub device: String,
    /// The build of this program for NVIDIA GPUs: `auto`, `off`, or its path.
    pub cuda: String,
    /// Folder of the FLUX model in the models folder, or `auto`: the memory decides between several.
    pub flux: String,
    /// Precision of the products of FLUX: `auto`, `full` or `float8`.
    pub precision: String,
    /// Address of the server.
    pub bind: SocketAddr,
    /// Bearer token; required when `bind` is not a loopback address.
    pub token: Option<String>,
    /// Values of the `Host` header that the server accepts besides loopback names.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may call the server.
    pub allowed_origins: Vec<String>,
    /// Limit of a request body, bytes.
    pub body_limit: usize,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// The settings file cannot be read or holds an invalid value.
    File {
        /// The settings file.
        path: PathBuf,
        /// The cause: an error of the file system or the parser, or a notice.
        reason: Argument,
    },
    /// `bind` is not an address.
    Bind(String),
    /// A folder of `--fonts` does not exist.
    Fonts(PathBuf),
    /// The folder of `--models` does not exist.
    Models(PathBuf),
    /// The user has no home folder, and no data folder was given.
    NoHome,
}

impl ConfigError {
    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::File { path, reason } => notice!("config-file", path = path.as_path(), reason = reason.clone()),
            Self::Bind(text) => notice!("config-bind", text = text.clone()),
            Self::Fonts(path) => notice!("config-fonts", path = path.as_path()),
            Self::Models(path) => notice!("config-models", path = path.as_path()),
            Self::NoHome => notice!("config-no-home"),
        }
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Merges the settings: flags take precedence over the environment (`NANOCOCOA_*`), the settings file and the defaults. Blocking.
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
            // On Windows the local folder: pictures and models must not travel with a roaming profile.
            .or_else(|| dirs.as_ref().map(|d| d.data_local_dir().to_path_buf()))
            .ok_or(ConfigError::NoHome)?;
        let mut font_dirs: Vec<PathBuf> = flags.font_dirs.iter().map(|d| crate::paths::find(d)).collect();
        if let Some(missing) = font_dirs.iter().find(|d| !d.is_dir()) {
            return Err(ConfigError::Fonts(missing.clone()));
        }
        font_dirs.extend(env("NANOCOCOA_FONTS").map(|v| std::env::split_paths(&v).collect::<Vec<_>>()).unwrap_or_default());
        font_dirs.extend(file.font_dirs);
        font_dirs.push(data_dir.join("fonts"));
        let added_font_dirs = read_added_font_dirs(&data_dir);
        font_dirs.extend(added_font_dirs.iter().cloned());
        // Last: a font that the user added has its name before one of the system.
        if file.system_fonts.unwrap_or(true) {
            font_dirs.extend(crate::paths::system_font_dirs().iter().filter(|dir| dir.is_dir()).cloned());
        }
        let models_dir = flags.models_dir.map(|d| crate::paths::find(&d));
        if let Some(missing) = models_dir.as_ref().filter(|d| !d.is_dir()) {
            return Err(ConfigError::Models(missing.clone()));
        }
        let models_dir = models_dir
            .or_else(|| env("NANOCOCOA_MODELS").map(PathBuf::from))
            .or_else(|| read_models_dir(&data_dir))
            .or(file.models_dir)
            .unwrap_or_else(|| data_dir.join("models"));
        let device = flags.device.or_else(|| env("NANOCOCOA_DEVICE")).or(file.device).unwrap_or_else(|| "auto".into());
        let cuda = env("NANOCOCOA_CUDA").or(file.cuda).unwrap_or_else(|| "auto".into());
        let flux = env("NANOCOCOA_FLUX").or(file.flux).unwrap_or_else(|| "auto".into());
        let precision = flags.precision.or_else(|| env("NANOCOCOA_PRECISION")).or(file.precision).unwrap_or_else(|| "auto".into());
        let bind = flags.bind.or_else(|| env("NANOCOCOA_BIND")).or(file.bind).unwrap_or_else(|| DEFAULT_BIND.into());
        let bind = parse_bind(&bind)?;
        let body_limit = match file.max_body_mib {
            None => DEFAULT_BODY_LIMIT,
            Some(mib @ 1..=MAX_BODY_MIB) => mib << 20,
            Some(mib) => {
                return Err(ConfigError::File {
                    path,
                    reason: notice!("config-body-limit", value = mib, most = MAX_BODY_MIB.to_string()).into(),
                });
            }
        };
        let and_file = |flag: Vec<String>, file: Vec<String>| flag.into_iter().chain(file).collect();
        Ok(Self {
            file: path,
            data_dir,
            font_dirs,
            added_font_dirs,
            default_font: file.default_font.unwrap_or_else(|| crate::assets::DEFAULT_FONT.into()),
            models_dir,
            device,
            cuda,
            flux,
            precision,
            bind,
            token: flags.token.or_else(|| env("NANOCOCOA_TOKEN")).or(file.token),
            allowed_hosts: and_file(flags.allowed_hosts, file.allowed_hosts),
            allowed_origins: and_file(flags.allowed_origins, file.allowed_origins),
            body_limit,
        })
    }
}

/// The folder of models that was chosen in the studio. It is in the data folder for the same reason as the list of font folders.
const MODELS_FOLDER: &str = "models-folder.txt";

fn read_models_dir(data_dir: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(data_dir.join(MODELS_FOLDER)).unwrap_or_default();
    Some(text.trim()).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// List of the font folders added in the studio, one per line. It is in the data folder so that every front end that uses this folder has the
/// same fonts.
const FONT_FOLDERS: &str = "font-folders.txt";

fn read_added_font_dirs(data_dir: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(data_dir.join(FONT_FOLDERS)).unwrap_or_default();
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(PathBuf::from).collect()
}

impl Config {
    /// Saves the folder of models for the next start. Flags and environment take precedence, the settings file does not. Blocking.
    pub fn choose_models_dir(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.data_dir)?;
        std::fs::write(self.data_dir.join(MODELS_FOLDER), format!("{}\n", folder.display()))
    }

    /// Replaces and saves the font folders added in the studio. Blocking.
    pub fn set_added_font_dirs(&mut self, dirs: Vec<PathBuf>) -> std::io::Result<()> {
        let text: String = dirs.iter().map(|d| format!("{}\n", d.display())).collect();
        std::fs::create_dir_all(&self.data_dir)?;
        std::fs::write(self.data_dir.join(FONT_FOLDERS), text)?;
        self.font_dirs.retain(|d| !self.added_font_dirs.contains(d));
        let system = crate::paths::system_font_dirs();
        let at = self.font_dirs.iter().position(|d| system.contains(d)).unwrap_or(self.font_dirs.len());
        self.font_dirs.splice(at..at, dirs.iter().cloned());
        self.added_font_dirs = dirs;
        Ok(())
    }
}

fn parse_bind(text: &str) -> Result<SocketAddr, ConfigError> {
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    named.as_deref().unwrap_or(text).parse().map_err(|_| ConfigError::Bind(text.into()))
}

fn read(path: &Path, must_exist: bool) -> Result<File, ConfigError> {
    let bad = |reason: String| ConfigError::File { path: path.to_path_buf(), reason: reason.into() };
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
        // As Notepad saves it on Windows.
        std::fs::write(&path, "\u{feff}bind = \"127.0.0.1:9000\"\r\nmax_body_mib = 2\r\ncuda = \"off\"\r\n").unwrap();
        let flags = Overrides { config: Some(path.clone()), data_dir: Some(dir.path().into()), ..Overrides::default() };
        let config = Config::load(flags.clone()).unwrap();
        assert_eq!((config.bind.port(), config.body_limit, config.cuda.as_str()), (9000, 2 << 20, "off"));
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
        assert_eq!(config.models_dir, dir.path().join("models"));
        config.choose_models_dir(Path::new("/사진/모델")).unwrap();
        assert_eq!(Config::load(flags.clone()).unwrap().models_dir, Path::new("/사진/모델"));
        std::fs::write(&path, "bimd = 3").unwrap();
        assert!(Config::load(flags).unwrap_err().to_string().contains("bimd"));
    }
}
