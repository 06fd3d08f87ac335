//! Progress weighted by expected durations, which are learned from past runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::stage::Stage;
use crate::request::{Backdrop, BackendKind, JobSpec, Start, StepNumber};

/// Weight of the newest run in the moving average, small enough that one slow run does not spoil the estimates.
const NEWEST_WEIGHT: f64 = 0.3;

/// The inputs that decide how long a stage takes. Runs with the same key are comparable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    backend: BackendKind,
    /// Canvas area in pixels.
    pixels: u64,
    /// Denoising steps of step 1.
    background_steps: u32,
    /// Denoising steps of step 2; 0 without text.
    text_steps: u32,
    /// Denoising steps of step 3.
    composition_steps: u32,
    /// Step 1 paints no scene.
    own_backdrop: bool,
}

impl Workload {
    /// The workload of a job.
    pub fn of<I>(spec: &JobSpec<I>, backend: BackendKind) -> Self {
        let text_steps = match &spec.start {
            Start::Background { text, .. } => text.as_ref().map_or(0, |text| text.steps),
            Start::Text { text, .. } => text.steps,
            Start::Composite { .. } => 0,
        };
        Self {
            backend,
            pixels: u64::from(spec.width) * u64::from(spec.height),
            background_steps: spec.background.steps,
            text_steps,
            composition_steps: spec.composition.steps,
            own_backdrop: !matches!(spec.backdrop, Backdrop::Scene),
        }
    }

    /// The key in `timings.json`, such as `diffusion/segmentation/2^20/4`.
    fn key(&self, stage: Stage) -> String {
        // Sizes within the same power of two share an estimate.
        let bucket = self.pixels.max(1).ilog2();
        if self.own_backdrop && stage == Stage::Injection {
            return format!("own/{}/2^{bucket}", stage.as_str());
        }
        let steps = match (self.backend, stage.step()) {
            (BackendKind::Draft, _) => 0,
            (BackendKind::Diffusion, _) if stage == Stage::SdxlText => self.text_steps,
            (BackendKind::Diffusion, StepNumber::Composite) => self.composition_steps,
            (BackendKind::Diffusion, _) => self.background_steps,
        };
        format!("{}/{}/2^{bucket}/{steps}", self.backend.as_str(), stage.as_str())
    }

    /// Seconds if nothing was learned yet: for the draft as measured on two cores, for diffusion a rough figure per denoising step.
    fn guess(&self, stage: Stage) -> f64 {
        let megapixels = self.pixels as f64 / (1024.0 * 1024.0);
        // An own background is made by the CPU whatever the backend is.
        let backend = if self.own_backdrop && stage == Stage::Injection { BackendKind::Draft } else { self.backend };
        match backend {
            BackendKind::Draft => match stage {
                Stage::Segmentation => 0.9,
                Stage::Scene => 0.3 * megapixels,
                Stage::Injection => 0.25 * megapixels,
                Stage::TextCanvas | Stage::Canny => 0.03 * megapixels,
                Stage::SdxlText => 0.3 * megapixels,
                Stage::TextMatte => 0.05 * megapixels,
                Stage::Composition => 0.3 * megapixels,
            },
            BackendKind::Diffusion => match stage {
                Stage::Segmentation => 3.0,
                Stage::Scene | Stage::Injection => 1.5 * f64::from(self.background_steps) * megapixels + 15.0,
                Stage::TextCanvas | Stage::Canny => 0.1,
                Stage::SdxlText => f64::from(self.text_steps) * megapixels + 5.0,
                Stage::TextMatte => 2.0,
                Stage::Composition => 1.5 * f64::from(self.composition_steps) * megapixels + 5.0,
            },
        }
    }
}

/// Learned seconds of each stage by backend, size and denoising steps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Durations(BTreeMap<String, f64>);

impl Durations {
    /// The expected seconds of a stage.
    pub fn expected_seconds(&self, stage: Stage, load: &Workload) -> f64 {
        self.0.get(&load.key(stage)).copied().filter(|s| s.is_finite() && *s > 0.0).unwrap_or_else(|| load.guess(stage)).max(0.001)
    }

    /// Learns a measured duration. Negative and non-finite values are ignored.
    pub fn learn(&mut self, stage: Stage, load: &Workload, seconds: f64) {
        if !seconds.is_finite() || seconds < 0.0 {
            return;
        }
        self.0.entry(load.key(stage)).and_modify(|mean| *mean += NEWEST_WEIGHT * (seconds - *mean)).or_insert(seconds);
    }
}

/// The stages of a job with their expected seconds, and the position in them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    plan: Vec<(Stage, f64)>,
    index: usize,
    fraction: f64,
    stage_started: f64,
    started: bool,
}

impl Progress {
    /// A job that runs these stages, in this order.
    pub fn new(stages: &[Stage], durations: &Durations, load: &Workload) -> Self {
        Self { plan: stages.iter().map(|&s| (s, durations.expected_seconds(s, load))).collect(), ..Self::default() }
    }

    /// Begins a stage. All stages before it count as done.
    pub fn begin(&mut self, stage: Stage, now: f64) {
        if let Some(i) = self.plan.iter().position(|(s, _)| *s == stage) {
            self.index = self.index.max(i);
        }
        self.started = true;
        self.fraction = 0.0;
        self.stage_started = now;
    }

    /// Sets the expected time of a step to zero because it is, or will be, reused from an earlier job. If the job has started, the step
    /// counts as done.
    pub fn skip(&mut self, step: StepNumber) {
        let mut last = None;
        for (i, (stage, seconds)) in self.plan.iter_mut().enumerate() {
            if stage.step() == step {
                *seconds = 0.0;
                last = Some(i);
            }
        }
        if let Some(last) = last.filter(|_| self.started) {
            self.index = self.index.max(last);
            self.fraction = 1.0;
        }
    }

    /// The expected seconds of a step.
    pub fn step_seconds(&self, step: StepNumber) -> f64 {
        self.plan.iter().filter(|(s, _)| s.step() == step).map(|p| p.1).sum()
    }

    /// Sets the finished fraction of the running stage. Smaller values than before are ignored.
    pub fn advance(&mut self, fraction: f64) {
        self.fraction = self.fraction.max(fraction.clamp(0.0, 1.0));
    }

    /// Seconds that the running stage has taken so far.
    fn stage_seconds(&self, now: f64) -> f64 {
        (now - self.stage_started).max(0.0)
    }

    /// The finished part of the whole job in percent, at most 99.
    pub fn percent(&self) -> u8 {
        let total: f64 = self.plan.iter().map(|p| p.1).sum();
        if !self.started || total <= 0.0 {
            return 0;
        }
        let done: f64 = self.plan.iter().take(self.index).map(|p| p.1).sum();
        let current = self.plan.get(self.index).map_or(0.0, |p| p.1 * self.fraction);
        ((done + current) / total * 100.0).clamp(0.0, 99.0) as u8
    }

    fn current_left(&self, now: f64) -> f64 {
        let Some((_, expected)) = self.plan.get(self.index) else { return 0.0 };
        if !self.started {
            return *expected;
        }
        let spent = self.stage_seconds(now);
        // Once a fifth is done, extrapolating this run is more accurate than earlier runs.
        let left = if self.fraction > 0.2 { spent * (1.0 - self.fraction) / self.fraction } else { expected - spent };
        left.min(expected * 4.0)
    }

    /// Seconds to the end of the job; negative if it is late.
    pub fn eta(&self, now: f64) -> f64 {
        self.current_left(now) + self.plan.iter().skip(self.index + 1).map(|p| p.1).sum::<f64>()
    }

    /// Seconds to the end of the running step; negative if it is late.
    pub fn step_eta(&self, now: f64) -> f64 {
        let Some((stage, _)) = self.plan.get(self.index) else { return 0.0 };
        let rest = self.plan.iter().skip(self.index + 1).filter(|(s, _)| s.step() == stage.step());
        self.current_left(now) + rest.map(|p| p.1).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load() -> Workload {
        Workload {
            backend: BackendKind::Draft,
            pixels: 1 << 20,
            background_steps: 4,
            text_steps: 30,
            composition_steps: 10,
            own_backdrop: false,
        }
    }

    #[test]
    fn percent_rises_and_ends_below_one_hundred() {
        let mut p = Progress::new(Stage::ALL, &Durations::default(), &load());
        let mut last = 0;
        for (i, &stage) in Stage::ALL.iter().enumerate() {
            p.begin(stage, i as f64);
            for f in 0..=10 {
                p.advance(f64::from(f) / 10.0);
                assert!(p.percent() >= last);
                last = p.percent();
            }
        }
        assert_eq!(last, 99);
    }

    #[test]
    fn estimates_follow_what_was_learned_and_go_negative_when_late() {
        let mut d = Durations::default();
        for _ in 0..40 {
            d.learn(Stage::Segmentation, &load(), 10.0);
        }
        assert!((d.expected_seconds(Stage::Segmentation, &load()) - 10.0).abs() < 0.1);
        let mut p = Progress::new(&[Stage::Segmentation], &d, &load());
        p.begin(Stage::Segmentation, 100.0);
        assert!((p.eta(104.0) - 6.0).abs() < 0.1);
        assert!(p.eta(115.0) < 0.0);
    }

    #[test]
    fn reused_steps_take_no_time() {
        let mut p = Progress::new(Stage::ALL, &Durations::default(), &load());
        let (whole, first) = (p.eta(0.0), p.step_seconds(StepNumber::Background));
        p.skip(StepNumber::Background);
        assert!((p.eta(0.0) - (whole - first)).abs() < 1e-9);
        p.begin(Stage::Segmentation, 0.0);
        p.skip(StepNumber::Background);
        assert_eq!(p.percent(), 0);
        assert!((p.eta(0.0) - (whole - first)).abs() < 1e-9);
        p.begin(Stage::TextCanvas, 0.0);
        p.begin(Stage::Composition, 1.0);
        p.advance(0.5);
        assert!(p.percent() > 30 && p.percent() < 99, "{}", p.percent());
    }

    #[test]
    fn impossible_durations_are_not_learned() {
        let mut d = Durations::default();
        d.learn(Stage::Scene, &load(), f64::NAN);
        d.learn(Stage::Scene, &load(), -1.0);
        assert_eq!(d.expected_seconds(Stage::Scene, &load()), Durations::default().expected_seconds(Stage::Scene, &load()));
    }

    #[test]
    fn each_step_is_estimated_by_its_own_denoising_steps() {
        let diffusion = Workload { backend: BackendKind::Diffusion, ..load() };
        let keys = [Stage::Scene, Stage::SdxlText, Stage::Composition].map(|stage| diffusion.key(stage));
        assert_eq!(
            keys,
            [
                "diffusion/flux_background_generation/2^20/4",
                "diffusion/sdxl_text_generation/2^20/30",
                "diffusion/intelligent_composition/2^20/10"
            ]
        );
        assert_eq!(load().key(Stage::Composition), "draft/intelligent_composition/2^20/0");
        let mut durations = Durations::default();
        durations.learn(Stage::Composition, &diffusion, 7.0);
        let other = Workload { background_steps: 8, ..diffusion };
        assert_eq!(durations.expected_seconds(Stage::Composition, &other), 7.0);
        // Before anything was learned.
        let twice = |steps: u32| steps * 2;
        for (stage, more) in [
            (Stage::Scene, Workload { background_steps: twice(4), ..diffusion }),
            (Stage::SdxlText, Workload { text_steps: twice(30), ..diffusion }),
            (Stage::Composition, Workload { composition_steps: twice(10), ..diffusion }),
        ] {
            for other in [Stage::Scene, Stage::SdxlText, Stage::Composition] {
                assert_eq!(more.guess(other) > diffusion.guess(other), other == stage, "{stage:?} changes the estimate of {other:?}");
            }
        }
    }
}
