//! Commands that edit the layers and the selection.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Context, Rect, vec2};
use serde_json::Value;

use super::app::Studio;
use super::commands::UiCommand;
use super::dialogs::FilePurpose;
use super::layer_boxes::{self, LayerFrame};
use super::layer_edits::{self, Restack};
use super::layer_fields as fields;
use super::panels::{layer_objects, objects};
use super::project_file;
use super::selection::{Selection, Target};
use super::state::Product;
use super::toasts::Severity;
use super::view::{Side, Source, Tab};
use crate::notice;
use crate::request::layers::{LayerType, MAX_LAYERS, ShapeKind};

impl Studio {
    /// The selection on the canvas.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The panel at the right; also if it is hidden.
    pub fn side(&self) -> Side {
        self.view.side
    }

    /// Whether two pictures are compared.
    pub fn is_comparing(&self) -> bool {
        self.view.compare.is_some()
    }

    /// Carries out a command on layers. `now`: seconds since the window opened.
    pub(super) fn execute_layers(&mut self, command: UiCommand, now: f64) {
        let chosen = self.selection.layers();
        match command {
            UiCommand::AddText => {
                let text = self.lang().t("layer-new-text");
                if self.add_layer(layer_edits::new_layer(LayerType::Text, ShapeKind::default(), text), None, now) {
                    self.panels.side.begin_typing();
                }
            }
            UiCommand::AddPicture => self.ask_for_file(FilePurpose::LayerPicture(None), None),
            UiCommand::AddShape => {
                self.add_layer(layer_edits::new_layer(LayerType::Shape, ShapeKind::Rectangle, ""), None, now);
            }
            UiCommand::SelectAll => self.select(Selection::of_layers(0..self.session.brief.layers.len())),
            UiCommand::Duplicate => {
                let copies = self.session.brief.duplicate_layers(&chosen);
                if copies.len() < chosen.len() {
                    self.too_many_layers(now);
                }
                if !copies.is_empty() {
                    self.select(Selection::of_layers(copies));
                }
            }
            UiCommand::Delete => self.delete_selected(),
            UiCommand::Forward => self.restack(&chosen, Restack::Forward),
            UiCommand::Backward => self.restack(&chosen, Restack::Backward),
            UiCommand::ToFront => self.restack(&chosen, Restack::Front),
            UiCommand::ToBack => self.restack(&chosen, Restack::Back),
            UiCommand::HideLayer => self.toggle_flag("hidden", &chosen),
            UiCommand::LockLayer => self.toggle_flag("locked", &chosen),
            UiCommand::DistributeX | UiCommand::DistributeY => self.distribute(command == UiCommand::DistributeX),
            _ => self.align(command),
        }
    }

    /// Adds a layer in front and selects it; returns whether there was room for it.
    pub(super) fn add_layer(&mut self, layer: Value, picture: Option<Product>, now: f64) -> bool {
        let Some(index) = self.session.brief.add_layer(layer, picture) else {
            self.too_many_layers(now);
            return false;
        };
        (self.view.tab, self.view.source) = (Tab::Final, Source::Draft);
        (self.view.side, self.side_open) = (Side::Layers, Some(true));
        self.selection = Selection::of(Target::Layer(index));
        true
    }

    /// Esc ends the comparison, or else clears the selection. If there is neither, Esc stays a shortcut.
    pub(super) fn leave_with_escape(&mut self, ctx: &Context) {
        let covered = self.window.is_some() || egui::Popup::is_any_open(ctx);
        let leaves = self.view.compare.is_some() || !self.selection.is_empty();
        if covered || !leaves || !ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            return;
        }
        if self.view.compare.take().is_none() {
            self.selection = Selection::default();
        }
    }

    /// A picture that is dropped on the layers, or anywhere with Shift, becomes a layer; every other file is opened.
    pub(super) fn drop_file(&mut self, ctx: &Context, path: PathBuf) {
        let at = ctx.input(|i| i.pointer.latest_pos());
        let on_layers = self.shows_layers(ctx) && at.is_some_and(|at| self.panels.side.contains(at));
        let is_project = path.extension().is_some_and(|e| e.eq_ignore_ascii_case(project_file::EXTENSION));
        let is_vector = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
        if !is_project && (on_layers || is_vector || ctx.input(|i| i.modifiers.shift)) {
            self.tasks.open_layer_picture(path, None);
        } else {
            self.open(path);
        }
    }

    fn too_many_layers(&mut self, now: f64) {
        self.toasts.notify(Severity::Error, notice!("layer-too-many", most = MAX_LAYERS), now);
    }

    /// Selects things. If a layer is among them and the panel at the right is open, it shows the layers.
    pub(super) fn select(&mut self, selection: Selection) {
        if !selection.layers().is_empty() {
            self.view.side = Side::Layers;
        }
        self.selection = selection;
    }

    /// Selects the same layers after a change of their places.
    pub(super) fn follow_layers(&mut self, places: &BTreeMap<usize, usize>) {
        self.selection = Selection::of_layers(self.selection.layers().iter().filter_map(|index| places.get(index).copied()));
    }

    /// Shows a panel at the right, or hides it if it is shown.
    pub(super) fn toggle_side(&mut self, ctx: &Context, side: Side) {
        let shown = self.shows_side(ctx) && self.view.side == side;
        self.view.side = side;
        self.side_open = Some(!shown);
    }

    fn restack(&mut self, chosen: &[usize], step: Restack) {
        let places = self.session.brief.restack(chosen, step);
        self.follow_layers(&places);
    }

    fn toggle_flag(&mut self, name: &str, chosen: &[usize]) {
        let on = !chosen.iter().all(|index| self.session.brief.layers.get(*index).is_some_and(|layer| fields::flag(layer, name)));
        for index in chosen {
            if let Some(layer) = self.session.brief.layers.get_mut(*index) {
                fields::set_flag(layer, name, on);
            }
        }
    }

    fn delete_selected(&mut self) {
        let deleted: Vec<Target> = self.selection.iter().filter(|target| self.context().is_unlocked(*target)).collect();
        let brief = &mut self.session.brief;
        let mut layers = Vec::new();
        for target in deleted {
            match target {
                Target::Product => brief.remove_product(),
                Target::Headline => brief.text.clear(),
                Target::Layer(index) => layers.push(index),
            }
        }
        brief.remove_layers(&layers);
        self.selection = Selection::default();
    }

    /// The selected things that may be moved, with their frames.
    fn movable(&self) -> Vec<(Target, LayerFrame)> {
        let Some(draft) = self.draft() else { return Vec::new() };
        let cx = self.context();
        let mut frames = objects::frames(&self.session.brief, &draft);
        frames.retain(|(target, _)| self.selection.contains(*target) && cx.is_unlocked(*target));
        frames
    }

    /// Aligns several things with each other, a single one with the canvas.
    fn align(&mut self, command: UiCommand) {
        let moved = self.movable();
        let canvas = Rect::from_min_size(egui::Pos2::ZERO, vec2(layer_boxes::aspect(&self.session.brief), 1.0));
        let around = moved.iter().map(|(_, frame)| frame.bounds()).reduce(Rect::union).filter(|_| moved.len() > 1).unwrap_or(canvas);
        for (target, frame) in moved {
            let own = frame.bounds();
            let by = match command {
                UiCommand::AlignLeft => vec2(around.left() - own.left(), 0.0),
                UiCommand::AlignCenter => vec2(around.center().x - own.center().x, 0.0),
                UiCommand::AlignRight => vec2(around.right() - own.right(), 0.0),
                UiCommand::AlignTop => vec2(0.0, around.top() - own.top()),
                UiCommand::AlignMiddle => vec2(0.0, around.center().y - own.center().y),
                _ => vec2(0.0, around.bottom() - own.bottom()),
            };
            layer_objects::shift(&mut self.session.brief, target, &frame, by);
        }
    }

    /// Makes the gaps between three or more things equal. The outer two stay.
    fn distribute(&mut self, horizontal: bool) {
        let mut moved = self.movable();
        let span = |frame: &LayerFrame| {
            let bounds = frame.bounds();
            if horizontal { (bounds.left(), bounds.right()) } else { (bounds.top(), bounds.bottom()) }
        };
        let middle = |frame: &LayerFrame| span(frame).0 + span(frame).1;
        moved.sort_by(|a, b| middle(&a.1).total_cmp(&middle(&b.1)));
        let ([(_, first), .., (_, last)], true) = (&*moved, moved.len() > 2) else { return };
        let (from, to) = (span(first).0, span(last).1);
        let taken: f32 = moved.iter().map(|(_, frame)| span(frame).1 - span(frame).0).sum();
        let gap = (to - from - taken) / (moved.len() - 1) as f32;
        let mut at = from;
        for (target, frame) in &moved {
            let (low, high) = span(frame);
            let by = if horizontal { vec2(at - low, 0.0) } else { vec2(0.0, at - low) };
            layer_objects::shift(&mut self.session.brief, *target, frame, by);
            at += high - low + gap;
        }
    }
}
