//! Starts the studio without a console window: for the start menu, the desktop and opened files on Windows. `nanococoa` is a console program there,
//! so that terminals show what it prints, wait for it and get its exit code.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    match start(std::env::args_os().skip(1).collect()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            show_error(&format!(
                "nanococoa.exe cannot be started: {error}\nUnpack the whole ZIP, or install the program again.\n\n\
                 nanococoa.exe를 실행할 수 없어요.\nZIP 파일 전체를 풀거나 프로그램을 다시 설치하세요."
            ));
            ExitCode::FAILURE
        }
    }
}

/// Runs the program beside this one to its end and returns its exit code.
fn start(args: Vec<OsString>) -> std::io::Result<u8> {
    let program = std::env::current_exe()?.with_file_name(format!("nanococoa{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    // A file that was dropped on the icon.
    if args.len() == 1 && args.iter().all(|arg| Path::new(arg).is_file()) {
        command.arg("--open");
    }
    command.args(args);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    let code = command.status()?.code().unwrap_or(1);
    Ok(u8::try_from(code).unwrap_or(1))
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

    // `eprintln!` panics if nobody can read it.
    let _ = writeln!(std::io::stderr(), "{words}");
}
