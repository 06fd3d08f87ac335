//! Starts the studio without a console window: for the start menu, the desktop and opened files on Windows. `nanococoa` is a console program there,
//! so that terminals show what it prints, wait for it and get its exit code.
#![cfg_attr(windows, windows_subsystem = "windows")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Most characters of the program's last messages that a box shows.
const MAX_SHOWN: usize = 1500;

fn main() -> ExitCode {
    match start(&arguments(std::env::args_os().skip(1).collect(), |arg| Path::new(arg).is_file())) {
        Ok(ended) => {
            if let Some(words) = ended.complaint() {
                show_error(&words);
            }
            ExitCode::from(u8::try_from(ended.code).unwrap_or(1))
        }
        Err(error) => {
            show_error(&format!(
                "nanococoa.exe cannot be started: {error}\nUnpack the whole ZIP, or install the program again.\n\n\
                 nanococoa.exe를 실행할 수 없어요.\nZIP 파일 전체를 풀거나 프로그램을 다시 설치하세요."
            ));
            ExitCode::FAILURE
        }
    }
}

/// The program's arguments. Of files that were dropped on the icon, the first is opened: the studio shows one advertisement.
fn arguments(args: Vec<OsString>, is_file: impl Fn(&OsString) -> bool) -> Vec<OsString> {
    match args.first() {
        Some(first) if args.iter().all(&is_file) => vec!["--open".into(), first.clone()],
        _ => args,
    }
}

/// How the program ended.
struct Ended {
    code: i32,
    /// Its standard error, if no console shows it.
    errors: String,
}

impl Ended {
    /// The message of a box if the program showed no window: it did not understand its arguments, or crashed. For other errors the studio opens
    /// a window of its own.
    fn complaint(&self) -> Option<String> {
        /// The program's exit codes: success, failure, wrong input, and ended by two signals.
        const KNOWN: [i32; 4] = [0, 1, 2, 130];
        let last = self.errors.trim();
        let last = last.char_indices().rev().nth(MAX_SHOWN - 1).map_or(last, |(at, _)| &last[at..]);
        match self.code {
            // Such messages end with this hint.
            2 if last.contains("'--help'") => Some(last.to_owned()),
            code if KNOWN.contains(&code) => None,
            code => Some(format!(
                "nanoCocoa Studio ended unexpectedly (code {code}). The work up to then is saved; start the studio again.\n\n\
                 nanoCocoa Studio가 예기치 않게 끝났어요(코드 {code}). 그때까지의 작업은 저장되어 있어요. 다시 실행하세요.\n\n{last}"
            )),
        }
    }
}

/// Runs the program beside this one to its end.
fn start(args: &[OsString]) -> std::io::Result<Ended> {
    let program = std::env::current_exe()?.with_file_name(format!("nanococoa{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.args(args);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    if has_standard_error() {
        let code = command.status()?.code().unwrap_or(1);
        return Ok(Ended { code, errors: String::new() });
    }
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let errors = child.stderr.take().map(read_end).unwrap_or_default();
    let code = child.wait()?.code().unwrap_or(1);
    Ok(Ended { code, errors })
}

/// Reads to the end and returns the last part.
fn read_end(mut from: impl Read) -> String {
    /// Bytes that certainly contain [`MAX_SHOWN`] characters.
    const KEPT: usize = 4 * MAX_SHOWN;
    let (mut end, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        end.extend_from_slice(&buffer[..count]);
        end.drain(..end.len().saturating_sub(KEPT));
    }
    String::from_utf8_lossy(&end).into_owned()
}

/// Whether a terminal, file or pipe gets what the program writes to standard error. A program of the window subsystem that was started from the
/// Explorer has none.
#[cfg(windows)]
fn has_standard_error() -> bool {
    use std::os::windows::io::AsRawHandle as _;
    // `GetStdHandle` returns 0 if there is none, and -1 if it fails.
    !matches!(std::io::stderr().as_raw_handle() as isize, 0 | -1)
}

#[cfg(not(windows))]
fn has_standard_error() -> bool {
    true
}

#[cfg(windows)]
#[allow(unsafe_code)]
fn show_error(words: &str) {
    use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MessageBoxW};

    let wide = |text: &str| -> Vec<u16> { text.encode_utf16().chain([0]).collect() };
    let (words, title) = (wide(words), wide("nanoCocoa Studio"));
    // SAFETY: both texts end with a zero and live until the call returns; a null window means that the box has no owner.
    unsafe { MessageBoxW(std::ptr::null_mut(), words.as_ptr(), title.as_ptr(), MB_ICONERROR) };
}

#[cfg(not(windows))]
fn show_error(words: &str) {
    use std::io::Write as _;
    // Nobody may read it.
    let _ = writeln!(std::io::stderr(), "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_dropped_files_is_opened() {
        let args = |args: &[&str]| -> Vec<OsString> { args.iter().map(Into::into).collect() };
        let is_file = |arg: &OsString| arg.to_str().unwrap().ends_with(".png");
        for (given, passed) in [
            (&["a.png"][..], &["--open", "a.png"][..]),
            (&["a.png", "b.png"], &["--open", "a.png"]),
            (&["--open", "a.png"], &["--open", "a.png"]),
            (&["doctor", "--json"], &["doctor", "--json"]),
            (&[], &[]),
        ] {
            assert_eq!(arguments(args(given), is_file), args(passed));
        }
    }

    #[test]
    fn what_no_window_says_is_shown_in_a_box() {
        let complaint = |code: i32, errors: &str| Ended { code, errors: errors.into() }.complaint();
        let usage = "error: unexpected argument '--x' found\n\nUsage: nanococoa [OPTIONS]\n\nFor more information, try '--help'.\n";
        assert_eq!(complaint(2, usage).as_deref(), Some(usage.trim()));
        // The studio has shown a window for these, or the user has ended it.
        for (code, errors) in [(0, "WARN a warning"), (1, "error: the folder is in use"), (2, "error: no such file"), (2, ""), (130, "")] {
            assert_eq!(complaint(code, errors), None);
        }
        for (code, errors) in [(101, "thread panicked"), (-1_073_741_819, "")] {
            let words = complaint(code, errors).unwrap();
            assert!(words.contains(&format!("(code {code})")) && words.ends_with(errors), "{words}");
        }
        let long = complaint(101, &"한".repeat(9000)).unwrap();
        assert_eq!(long.chars().filter(|c| *c == '한').count(), MAX_SHOWN);
        let written = "한글 ".repeat(9000) + "end";
        let kept = read_end(written.as_bytes());
        assert!(kept.ends_with("글 end") && kept.chars().count() >= MAX_SHOWN && kept.len() < 4 * MAX_SHOWN + 8);
    }
}
