//! A studio on a folder, and ways to use it as a person would.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::backend::draft::DraftBackend;
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::{Engine, EngineConfig, EngineError};
use nanococoa::gui::{Options, Studio};
use nanococoa::job::JobStatus;
use nanococoa::notice::Language;

use crate::common::{Script, config_in, fake};

pub struct Desk {
    pub harness: Harness<'static, Studio>,
    pub engine: Engine,
}

/// The engine that people have.
pub fn real(dir: &Path) -> Engine {
    patient(|| {
        Engine::start(
            EngineConfig { data_dir: dir.into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() },
            Arc::new(|_| Ok(Box::new(DraftBackend::default()))),
        )
    })
}

/// After a restart within one process the old one's threads may still hold the folder for a moment.
fn patient(start: impl Fn() -> Result<Engine, EngineError>) -> Engine {
    for _ in 0..300 {
        match start() {
            Err(EngineError::Store(error)) if error.is_in_use() => std::thread::sleep(Duration::from_millis(100)),
            other => return other.unwrap(),
        }
    }
    start().unwrap()
}

pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.png")
}

/// A file that is dropped on the window.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

impl Desk {
    /// A studio over an engine, in a language.
    pub fn over(dir: &Path, engine: Engine, lang: Option<Language>) -> Self {
        let no_config = dir.join("none.toml");
        std::fs::write(&no_config, "").unwrap();
        let config = Config::load(Overrides { config: Some(no_config), data_dir: Some(dir.into()), ..Overrides::default() }).unwrap();
        let theirs = engine.clone();
        let harness = Harness::builder()
            .with_size(egui::vec2(1440.0, 1400.0))
            .with_step_dt(1.0 / 30.0)
            .with_max_steps(64)
            .build_eframe(move |cx| Studio::new(&cx.egui_ctx, Options { engine: theirs, config }));
        let mut desk = Self { harness, engine };
        if let Some(lang) = lang {
            desk.harness.state_mut().session.lang = lang;
        }
        desk.frames(4);
        desk
    }

    pub fn fake(dir: &Path, script: &Script, lang: Language) -> Self {
        Self::over(dir, patient(|| Engine::start(config_in(dir), fake(script))), Some(lang))
    }

    pub fn frames(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    pub fn studio(&self) -> &Studio {
        self.harness.state()
    }

    /// The words of a key in the language on the desk.
    pub fn words(&self, key: &'static str) -> &'static str {
        self.studio().lang().t(key)
    }

    pub fn click(&mut self, key: &'static str) {
        let words = self.words(key);
        self.click_label(words);
    }

    pub fn click_label(&mut self, words: &str) {
        self.harness.get_all_by_label(words).last().unwrap().click();
        self.frames(3);
    }

    pub fn has(&self, words: &str) -> bool {
        self.harness.query_all_by_label(words).next().is_some()
    }

    /// Types into a field, as the keyboard would.
    pub fn fill(&mut self, key: &'static str, text: &str) {
        let words = self.words(key);
        let field = self.harness.query_all_by_label(words).find(|n| n.accesskit_node().is_text_input()).expect(words);
        field.focus();
        self.frames(2);
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.frames(1);
        self.harness.event(egui::Event::Text(text.into()));
        self.frames(2);
    }

    pub fn until(&mut self, what: &str, done: impl Fn(&Studio) -> bool) -> Duration {
        let start = Instant::now();
        loop {
            self.harness.step();
            if done(self.studio()) {
                return start.elapsed();
            }
            let said = self.studio().notifications();
            assert!(start.elapsed() < Duration::from_secs(60), "never: {what}; the studio says {said:?}");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    /// Waits until these words are in the window.
    pub fn until_shown(&mut self, key: &'static str) {
        let (words, start) = (self.words(key), Instant::now());
        while !self.has(words) {
            assert!(start.elapsed() < Duration::from_secs(60), "never shown: {words}");
            std::thread::sleep(Duration::from_millis(4));
            self.harness.step();
        }
    }

    /// Waits until the draft shows the brief as it is.
    pub fn until_drafted(&mut self) -> Duration {
        self.until("a draft of the brief", |s| s.draft().is_some_and(|d| d.brief == s.session.brief))
    }

    /// Waits until it is known what would run; says which steps are cached.
    pub fn until_planned(&mut self) -> Vec<(u8, bool)> {
        self.until("a plan", |s| s.plan().is_some());
        self.frames(2);
        self.studio().plan().unwrap().steps.iter().map(|s| (s.step.get(), s.cached)).collect()
    }

    /// The middle of what has this name.
    pub fn place(&self, key: &'static str) -> egui::Pos2 {
        let words = self.words(key);
        self.harness.get_by_label(words).rect().center()
    }

    /// Presses, moves in some steps, releases.
    pub fn drag(&mut self, from: egui::Pos2, by: egui::Vec2) {
        self.harness.hover_at(from);
        self.frames(2);
        self.harness.drag_at(from);
        self.frames(2);
        for i in 1..=6 {
            self.harness.hover_at(from + by * (i as f32 / 6.0));
            self.frames(1);
        }
        self.harness.drop_at(from + by);
        self.frames(3);
    }

    pub fn until_made(&mut self, count: usize) {
        self.until("the result in the history", |s| {
            s.jobs().iter().filter(|j| j.status == JobStatus::Completed).count() == count && s.active_count() == 0
        });
    }

    pub fn end(mut self) {
        self.harness.state_mut().close();
        self.engine.shutdown();
    }
}
