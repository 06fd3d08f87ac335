//! The catalogue of templates: the embedded ones and the user's.

use std::path::{Path, PathBuf};

use super::color::parsed;
use super::spec::{HEADLINE, Level, SlotKind, Template};
use crate::notice;
use crate::notice::Notice;

/// The templates that are part of the program, in the order in which they are offered.
const EMBEDDED: &[&str] = &[
    include_str!("../../assets/templates/new-menu.toml"),
    include_str!("../../assets/templates/sale.toml"),
    include_str!("../../assets/templates/launch.toml"),
    include_str!("../../assets/templates/one-plus-one.toml"),
    include_str!("../../assets/templates/season.toml"),
    include_str!("../../assets/templates/event.toml"),
    include_str!("../../assets/templates/review.toml"),
    include_str!("../../assets/templates/hiring.toml"),
    include_str!("../../assets/templates/delivery.toml"),
    include_str!("../../assets/templates/opening.toml"),
    include_str!("../../assets/templates/gift-set.toml"),
    include_str!("../../assets/templates/subscription.toml"),
];
/// The user's folder beside the settings file.
const USER_FOLDER: &str = "templates";
/// Largest file of the user in bytes, and most files that are read.
const MAX_FILE: u64 = 256 << 10;
const MAX_FILES: usize = 200;
/// Most slots, items and shapes of a template.
const MAX_SLOTS: usize = 20;
const MAX_ITEMS: usize = 20;
const MAX_SHAPES: usize = 30;
/// Roles that every palette has.
const ROLES: [&str; 6] = ["paper", "ink", "primary", "on_primary", "accent", "on_accent"];
/// Largest length in units.
const MAX_UNITS: f32 = 100.0;

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// The file cannot be read.
    Unreadable(PathBuf, String),
    /// It is larger than the limit.
    TooLarge(PathBuf),
    /// The file is not valid TOML, or has unknown or missing keys.
    Syntax(PathBuf, String),
    /// A value is wrong.
    Value(PathBuf, Box<Notice>),
}

impl TemplateError {
    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Unreadable(path, detail) => notice!("templates-unreadable", path = path.as_path(), detail = detail.clone()),
            Self::TooLarge(path) => notice!("templates-too-large", path = path.as_path(), most = MAX_FILE >> 10),
            Self::Syntax(path, detail) => notice!("templates-syntax", path = path.as_path(), detail = detail.clone()),
            Self::Value(path, reason) => notice!("templates-value", path = path.as_path(), reason = (**reason).clone()),
        }
    }
}

/// The templates in the order in which they are offered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateCatalogue {
    templates: Vec<Template>,
}

impl TemplateCatalogue {
    /// The embedded templates.
    pub fn embedded() -> Self {
        // A test makes sure that every embedded file can be read.
        Self { templates: EMBEDDED.iter().filter_map(|text| read(text, Path::new("")).ok()).collect() }
    }

    /// The user's folder that belongs to this settings file. Empty for a user without a folder of settings.
    pub fn user_folder(config: &Path) -> PathBuf {
        if config.as_os_str().is_empty() { PathBuf::new() } else { config.with_file_name(USER_FOLDER) }
    }

    /// The program's templates, completed by those of the user's folder if it exists: one with the ID of a program's template replaces it.
    /// Files that cannot be used are left out and reported. Blocking.
    pub fn load(folder: &Path) -> (Self, Vec<TemplateError>) {
        let (mut catalogue, mut errors) = (Self::embedded(), Vec::new());
        let Ok(entries) = std::fs::read_dir(folder) else { return (catalogue, errors) };
        let is_template = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_template).take(MAX_FILES).collect();
        files.sort();
        for file in files {
            match read_file(&file) {
                Ok(template) => match catalogue.templates.iter_mut().find(|known| known.id == template.id) {
                    Some(known) => *known = template,
                    None => catalogue.templates.push(template),
                },
                Err(error) => errors.push(error),
            }
        }
        (catalogue, errors)
    }

    /// The templates in the order in which they are offered.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// A template by its ID, or from a file if the name ends in `.toml`. Blocking for a file.
    ///
    /// # Errors
    /// There is no such template, or its file cannot be used.
    pub fn get(&self, name: &str) -> Result<Template, Notice> {
        if name.to_lowercase().ends_with(".toml") {
            return read_file(&crate::paths::find(Path::new(name))).map_err(|e| e.notice());
        }
        let known = || self.templates.iter().map(|template| template.id.clone()).collect::<Vec<_>>();
        let shown: String = name.chars().take(80).collect();
        let found = self.templates.iter().find(|template| template.id == name);
        found.cloned().ok_or_else(|| notice!("templates-unknown", template = shown, known = known()))
    }
}

fn read_file(path: &Path) -> Result<Template, TemplateError> {
    let unreadable = |e: std::io::Error| TemplateError::Unreadable(path.to_path_buf(), e.to_string());
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_FILE {
        return Err(TemplateError::TooLarge(path.to_path_buf()));
    }
    read(&std::fs::read_to_string(path).map_err(unreadable)?, path)
}

/// Reads a template. `path` is for messages.
pub(super) fn read(text: &str, path: &Path) -> Result<Template, TemplateError> {
    let text = text.trim_start_matches('\u{feff}');
    let template: Template =
        toml::from_str(text).map_err(|e| TemplateError::Syntax(path.to_path_buf(), e.to_string().trim().to_owned()))?;
    check(&template).map_err(|reason| TemplateError::Value(path.to_path_buf(), Box::new(reason)))?;
    Ok(template)
}

fn check(template: &Template) -> Result<(), Notice> {
    let good_id = !template.id.is_empty() && template.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !good_id || template.id.len() > 60 {
        return Err(notice!("templates-id"));
    }
    for role in ROLES {
        if !template.palette.contains_key(role) {
            return Err(notice!("templates-role-missing", role = role));
        }
    }
    for (role, color) in &template.palette {
        if parsed(color).is_none() {
            return Err(notice!("templates-color", field = format!("palette.{role}"), value = short(color)));
        }
    }
    for (what, count, most) in [
        ("slots", template.slots.len(), MAX_SLOTS),
        ("items", template.items.len(), MAX_ITEMS),
        ("shapes", template.shapes.len(), MAX_SHAPES),
    ] {
        if count > most {
            return Err(notice!("templates-too-many", field = what, most = most));
        }
    }
    if !template.slots.iter().any(|slot| slot.name == HEADLINE && slot.kind != SlotKind::Logo) {
        return Err(notice!("templates-no-headline"));
    }
    check_references(template)?;
    check_numbers(template)
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Checks that named colours and slots exist.
fn check_references(template: &Template) -> Result<(), Notice> {
    let mut colors = vec![("layout.bar_fill".to_owned(), Some(&template.layout.bar_fill))];
    for (at, shape) in template.shapes.iter().enumerate() {
        colors.push((format!("shapes[{at}].fill"), shape.fill.as_ref()));
        colors.push((format!("shapes[{at}].border"), shape.border.as_ref()));
        if template.scene.is_some() && shape.on == Level::Backdrop {
            return Err(notice!("templates-backdrop-and-scene", field = format!("shapes[{at}].on")));
        }
    }
    let mut slots = Vec::new();
    for (at, item) in template.items.iter().enumerate() {
        colors.push((format!("items[{at}].color"), Some(&item.color)));
        colors.push((format!("items[{at}].plate"), item.plate.as_ref()));
        colors.push((format!("items[{at}].strike"), item.strike.as_ref()));
        colors.push((format!("items[{at}].underline"), item.underline.as_ref()));
        slots.push((format!("items[{at}].slot"), &item.slot));
    }
    if let Some(badge) = &template.badge {
        colors.extend([("badge.fill".to_owned(), Some(&badge.fill)), ("badge.color".to_owned(), Some(&badge.color))]);
        colors.push(("badge.border".to_owned(), badge.border.as_ref()));
        slots.extend(badge.slots.iter().map(|slot| ("badge.slots".to_owned(), slot)));
    }
    for (field, color) in colors.into_iter().filter_map(|(field, color)| Some((field, color?))) {
        if !template.palette.contains_key(color) && parsed(color).is_none() {
            return Err(notice!("templates-color", field = field, value = short(color)));
        }
    }
    match slots.into_iter().find(|(_, name)| !template.slots.iter().any(|slot| slot.name == **name)) {
        Some((field, name)) => Err(notice!("templates-no-such-slot", field = field, slot = short(name))),
        None => Ok(()),
    }
}

/// Checks that numbers are in their ranges.
fn check_numbers(template: &Template) -> Result<(), Notice> {
    let layout = &template.layout;
    let mut numbers = vec![
        ("layout.share".to_owned(), layout.share, 0.1, 0.9),
        ("layout.wide_share".to_owned(), layout.wide_share, 0.1, 0.9),
        ("layout.bar".to_owned(), layout.bar, 0.0, 40.0),
    ];
    for (at, shape) in template.shapes.iter().enumerate() {
        let field = |name: &str| format!("shapes[{at}].{name}");
        for value in shape.at.iter().chain(&shape.size).chain(shape.side.iter().flatten()) {
            numbers.push((field("at, size, side"), *value, -1.0, 4.0));
        }
        for value in shape.grow.iter().chain(&shape.shift).chain(shape.units.iter().flatten()) {
            numbers.push((field("grow, shift, units"), *value, -MAX_UNITS, MAX_UNITS));
        }
        numbers.extend([
            (field("opacity"), shape.opacity, 0.0, 1.0),
            (field("radius"), shape.radius, 0.0, 0.5),
            (field("border_width"), shape.border_width, 0.05, 5.0),
            (field("rotation"), shape.rotation, -360.0, 360.0),
            (field("points"), shape.points as f32, 3.0, 60.0),
        ]);
    }
    for (at, item) in template.items.iter().enumerate() {
        let field = |name: &str| format!("items[{at}].{name}");
        numbers.extend([
            (field("size"), item.size, 0.5, MAX_UNITS),
            (field("lines"), item.lines as f32, 1.0, 10.0),
            (field("line_height"), item.line_height, 0.8, 3.0),
            (field("spacing"), item.spacing, -0.1, 1.0),
            (field("gap"), item.gap, 0.0, 30.0),
            (field("padding"), item.padding, 0.0, 2.0),
            (field("radius"), item.radius, 0.0, 0.5),
        ]);
    }
    if let Some(badge) = &template.badge {
        numbers.push(("badge.size".to_owned(), badge.size, 4.0, MAX_UNITS));
        numbers.push(("badge.rotation".to_owned(), badge.rotation, -360.0, 360.0));
        numbers.extend(badge.at.iter().map(|value| ("badge.at".to_owned(), *value, -1.0, 2.0)));
    }
    let wrong = numbers.into_iter().find(|(_, value, min, max)| !(*min..=*max).contains(value));
    match wrong {
        Some((field, value, min, max)) => {
            let shown = |v: f32| format!("{v}");
            Err(notice!("templates-number", field = field, value = shown(value), min = shown(min), max = shown(max)))
        }
        None => Ok(()),
    }
}
