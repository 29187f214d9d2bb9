//! How the page gets onto the screen.

use tauri::AppHandle;

/// Has the pages drawn without a graphics processor, on Linux.
///
/// Without a driver for one, WebKitGTK composes the page with OpenGL in software, and the compiler that this takes (LLVM)
/// costs the page's process some 100 MB. Our pages are text and boxes: they look the same either way. Where the setting
/// cannot be reached the page is drawn all the same.
#[cfg(target_os = "linux")]
pub fn draw_lightly(app: &AppHandle) {
    use tauri::Manager;
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    for window in app.webview_windows().values() {
        let told = window.with_webview(|page| {
            if let Some(settings) = WebViewExt::settings(&page.inner()) {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
        });
        if let Err(fault) = told {
            tracing::info!(%fault, "the page may be drawn by OpenGL");
        }
    }
}

/// Elsewhere the system's own browser decides, and shares what it needs with other programs.
#[cfg(not(target_os = "linux"))]
pub const fn draw_lightly(_: &AppHandle) {}
