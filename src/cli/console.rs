//! The console on Windows.

use std::io::IsTerminal as _;

/// Closes the console window that Windows opened for this program alone, because it was started from a folder and not from a terminal. A console
/// that other programs use too stays. Returns whether this program has no console afterwards.
#[cfg(windows)]
#[allow(unsafe_code)]
pub(super) fn close_own_window() -> bool {
    use windows_sys::Win32::System::Console::{
        FreeConsole, GetConsoleMode, GetConsoleProcessList, GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
        SetStdHandle,
    };

    let mut programs = [0u32; 2];
    // SAFETY: the buffer has room for the number of entries that is passed with it.
    let count = unsafe { GetConsoleProcessList(programs.as_mut_ptr(), programs.len() as u32) };
    if count != 1 {
        return count == 0;
    }
    for name in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        let mut mode = 0;
        // SAFETY: the handles are only looked up and replaced, and `mode` outlives the call. Output to the console must not go to a file that gets
        // the same handle once the console is closed; the standard library drops output without a handle.
        unsafe {
            if GetConsoleMode(GetStdHandle(name), &mut mode) != 0 {
                SetStdHandle(name, std::ptr::null_mut());
            }
        }
    }
    // SAFETY: takes no arguments.
    unsafe { FreeConsole() };
    true
}

/// Other systems open no console for a program.
#[cfg(not(windows))]
pub(super) fn close_own_window() -> bool {
    false
}

/// From now on Ctrl-C and Ctrl-Break do not end this program: another one in the same console gets them too and ends by itself.
#[cfg(windows)]
#[allow(unsafe_code)]
pub(super) fn leave_interrupts_to_others() {
    use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};

    unsafe extern "system" fn is_handled(event: u32) -> i32 {
        i32::from(matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT))
    }
    // SAFETY: the handler lives as long as the program and touches nothing.
    unsafe { SetConsoleCtrlHandler(Some(is_handled), 1) };
}

/// Whether the log may be coloured: files get no escape sequences, and neither do consoles of Windows, which do not read them in every version.
pub(super) fn log_colours() -> bool {
    !cfg!(windows) && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
