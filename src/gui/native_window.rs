//! The handle of the studio's window on Windows: file dialogs belong to it, and its button in the taskbar shows the progress of the running job. On
//! other systems there is no handle, and its functions do nothing. The first window is fitted into the screen on every system.

use eframe::CreationContext;
use egui::{Context, Vec2, ViewportCommand, vec2};

/// Room for title bar, menu bar, dock and task bar on a screen, in points.
const TAKEN: Vec2 = vec2(8.0, 88.0);

/// Makes the window smaller if it is larger than the free area of the screen. Returns whether the screen's size was known.
pub fn fit_into_screen(ctx: &Context) -> bool {
    let (screen, window) = ctx.input(|i| (i.viewport().monitor_size, i.content_rect().size()));
    let Some(screen) = screen.filter(|size| size.min_elem() > 0.0) else { return false };
    if let Some(size) = fitted(window, screen) {
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
        ctx.send_viewport_cmd(ViewportCommand::OuterPosition(((screen - size - TAKEN) / 2.0).max(Vec2::ZERO).to_pos2()));
    }
    true
}

/// The size of a window that is too large for a screen.
fn fitted(window: Vec2, screen: Vec2) -> Option<Vec2> {
    let free = screen - TAKEN;
    (window.x > free.x || window.y > free.y).then(|| window.min(free))
}

/// Handle of the window; the default stands for none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeWindow {
    #[cfg(windows)]
    handle: Option<std::num::NonZeroIsize>,
}

#[cfg(windows)]
impl NativeWindow {
    /// The window that was just created.
    pub fn of(cx: &CreationContext<'_>) -> Self {
        use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
        let handle = match cx.window_handle().map(|h| h.as_raw()) {
            Ok(RawWindowHandle::Win32(window)) => Some(window.hwnd),
            _ => None,
        };
        Self { handle }
    }

    /// The same dialog, in front of this window and blocking it.
    #[allow(unsafe_code)]
    pub fn set_owner(self, dialog: rfd::AsyncFileDialog) -> rfd::AsyncFileDialog {
        use raw_window_handle::{
            DisplayHandle, HandleError, HasDisplayHandle, HasWindowHandle, RawWindowHandle, Win32WindowHandle, WindowHandle,
        };

        struct Owner(Win32WindowHandle);
        impl HasWindowHandle for Owner {
            fn window_handle(&self) -> Result<WindowHandle<'_>, HandleError> {
                // SAFETY: the studio's window lives until the program ends. Windows checks the handle again before it shows the dialog.
                Ok(unsafe { WindowHandle::borrow_raw(RawWindowHandle::Win32(self.0)) })
            }
        }
        impl HasDisplayHandle for Owner {
            fn display_handle(&self) -> Result<DisplayHandle<'_>, HandleError> {
                Ok(DisplayHandle::windows())
            }
        }

        match self.handle {
            Some(handle) => dialog.set_parent(&Owner(Win32WindowHandle::new(handle))),
            None => dialog,
        }
    }
}

#[cfg(not(windows))]
impl NativeWindow {
    /// The window that was just created.
    pub fn of(_: &CreationContext<'_>) -> Self {
        Self {}
    }

    /// The same dialog.
    pub fn set_owner(self, dialog: rfd::AsyncFileDialog) -> rfd::AsyncFileDialog {
        dialog
    }
}

/// The progress on the window's button in the taskbar.
#[derive(Default)]
pub struct TaskbarProgress {
    /// Percent; `None` while no job runs.
    shown: Option<u8>,
    #[cfg(windows)]
    button: Option<button::Button>,
}

impl TaskbarProgress {
    /// Shows the progress of the running job in percent, or none.
    pub fn show(&mut self, window: NativeWindow, percent: Option<u8>) {
        if self.shown == percent {
            return;
        }
        self.shown = percent;
        #[cfg(windows)]
        if let Some(handle) = window.handle {
            let button = self.button.take().or_else(|| button::Button::new(handle));
            button.as_ref().inspect(|button| button.show(percent));
            self.button = button;
        }
        #[cfg(not(windows))]
        let _ = window;
    }
}

#[cfg(windows)]
#[allow(unsafe_code)]
mod button {
    use std::ffi::c_void;
    use std::num::NonZeroIsize;

    use windows::Win32::Foundation::HWND;
    use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
    use windows::Win32::UI::Shell::{ITaskbarList3, TBPF_NOPROGRESS, TBPF_NORMAL, TaskbarList};

    /// The window's button in the taskbar. Every failure is ignored: the window shows the progress too.
    pub struct Button {
        list: ITaskbarList3,
        window: HWND,
    }

    impl Button {
        /// `None` where there is no taskbar. Called on the window's thread, on which winit has initialised COM.
        pub fn new(handle: NonZeroIsize) -> Option<Self> {
            // SAFETY: COM is initialised on this thread, and the object stays on it: neither it nor `Button` is `Send`.
            let list: ITaskbarList3 = unsafe { CoCreateInstance(&TaskbarList, None, CLSCTX_INPROC_SERVER) }.ok()?;
            // SAFETY: must be called once before the other functions; takes no arguments.
            unsafe { list.HrInit() }.ok()?;
            Some(Self { list, window: HWND(handle.get() as *mut c_void) })
        }

        /// Shows the progress in percent, or none.
        pub fn show(&self, percent: Option<u8>) {
            // SAFETY: the window's handle stays valid until the program ends; an invalid one would only be answered with an error.
            let shown = unsafe {
                match percent {
                    Some(percent) => self
                        .list
                        .SetProgressState(self.window, TBPF_NORMAL)
                        .and_then(|()| self.list.SetProgressValue(self.window, u64::from(percent), 100)),
                    None => self.list.SetProgressState(self.window, TBPF_NOPROGRESS),
                }
            };
            if let Err(error) = shown {
                tracing::debug!(%error, "the taskbar shows no progress");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_screen_makes_the_first_window_smaller() {
        let first = vec2(1440.0, 900.0);
        assert_eq!(fitted(first, vec2(1280.0, 720.0)), Some(vec2(1272.0, 632.0)));
        assert_eq!(fitted(first, vec2(1440.0, 900.0)), Some(vec2(1432.0, 812.0)));
        assert_eq!(fitted(first, vec2(1920.0, 1080.0)), None);
    }
}
