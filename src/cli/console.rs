//! The console on Windows.

use std::io::IsTerminal as _;

/// Closes the console window that Windows opened for this program alone, because it was started from a folder and not from a terminal. A console
/// that other programs use too stays.
#[cfg(windows)]
#[allow(unsafe_code)]
pub(super) fn close_own_window() {
    use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};

    let mut programs = [0u32; 2];
    // SAFETY: the buffer has room for the number of entries that is passed with it.
    let count = unsafe { GetConsoleProcessList(programs.as_mut_ptr(), programs.len() as u32) };
    if count == 1 {
        // SAFETY: takes no pointers. What is printed afterwards is dropped by the standard library.
        unsafe { FreeConsole() };
    }
}

/// Other systems open no console for a program.
#[cfg(not(windows))]
pub(super) fn close_own_window() {}

/// Whether the log may be coloured: files get no escape sequences, and neither do consoles of Windows, which do not read them in every version.
pub(super) fn log_colours() -> bool {
    !cfg!(windows) && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
