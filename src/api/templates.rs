//! The templates with their slots.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use crate::templates::{SlotKind, Template, TemplateCatalogue};

/// `GET /templates`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// The templates in the order in which they are offered.
    pub templates: Vec<TemplateBody>,
}

impl TemplateList {
    /// The templates of a catalogue.
    pub fn of(catalogue: &TemplateCatalogue) -> Self {
        Self { templates: catalogue.templates().iter().map(TemplateBody::from).collect() }
    }
}

/// A template: an advertisement whose texts, price and logo are named slots.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateBody {
    /// Its ID, as `nanococoa generate --template` takes it.
    #[schema(example = "sale")]
    pub id: String,
    /// Its name.
    pub name: WordsBody,
    /// Its slots.
    pub slots: Vec<SlotBody>,
}

/// A text in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordsBody {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// A slot of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlotBody {
    /// Its name.
    #[schema(example = "price")]
    pub name: String,
    /// `text`, `price` (a text whose number is larger than its currency) or `logo` (a picture).
    pub kind: String,
    /// The text in English where none is given; empty leaves the slot out.
    pub en: String,
    /// The text in Korean where none is given.
    pub ko: String,
}

impl From<&Template> for TemplateBody {
    fn from(template: &Template) -> Self {
        let slots = template.slots.iter().map(|slot| {
            let kind = match slot.kind {
                SlotKind::Text => "text",
                SlotKind::Price => "price",
                SlotKind::Logo => "logo",
            };
            SlotBody { name: slot.name.clone(), kind: kind.to_owned(), en: slot.en.clone(), ko: slot.ko.clone() }
        });
        Self {
            id: template.id.clone(),
            name: WordsBody { en: template.name.en.clone(), ko: template.name.ko.clone() },
            slots: slots.collect(),
        }
    }
}

/// The templates and their slots: those of the program and those in the server's folder `templates`.
#[utoipa::path(get, path = "/templates", tag = "resources", responses((status = 200, body = TemplateList)))]
pub(super) async fn list_templates(State(state): State<ApiState>) -> Json<TemplateList> {
    Json(TemplateList::of(&state.templates))
}
