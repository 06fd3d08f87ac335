//! The window that says why there is no studio.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use nanococoa::gui::trouble::{Trouble, TroubleWindow};
use nanococoa::notice;
use nanococoa::notice::Language;

fn window(trouble: Trouble) -> Harness<'static, TroubleWindow> {
    let mut harness =
        Harness::builder().with_size(egui::vec2(560.0, 420.0)).build_eframe(move |cx| TroubleWindow::new(&cx.egui_ctx, trouble.clone()));
    harness.run_steps(3);
    harness
}

#[test]
fn why_the_studio_cannot_open_is_said_in_both_languages() {
    let used = window(Trouble::InUse("/home/bori/nanococoa".into()));
    let broken = window(Trouble::Failed(notice!("config-file", path = "/a/config.toml", reason = "unknown field")));
    for lang in Language::ALL {
        used.get_by_label(lang.t("trouble-title"));
        used.get_by_label(&lang.notice(&notice!("trouble-in-use", folder = "/home/bori/nanococoa")));
        used.get_by_label(lang.t("trouble-close-other"));
        broken.get_by_label(lang.t("trouble-correct"));
    }
    broken.get_by_label("the settings file /a/config.toml cannot be used: unknown field");
    broken.get_by_label("설정 파일 /a/config.toml을 쓸 수 없어요: unknown field");
    let (mut used, close) = (used, "닫기 · Close");
    used.get_by_label(close).click();
    used.run_steps(1);
    let closed = used.output().viewport_output.values().any(|v| v.commands.contains(&egui::ViewportCommand::Close));
    assert!(closed);
}
