//! Fluent bundles of every language, and the wording of notices for each front end.

use std::fmt;
use std::sync::{Arc, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::josa::particle;
use super::language::Language;
use super::message::{Argument, Notice};

/// Whose reader a message is worded for: names of fields and remedies differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrontEnd {
    /// Clients of the REST API: fields by their JSON names.
    Rest,
    /// The command line: fields by their flags.
    Cli,
    /// The studio: fields by their labels.
    Studio,
}

/// The language and front end that a message is worded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Language of the words.
    pub language: Language,
    /// Where they are read.
    pub front_end: FrontEnd,
}

/// One bundle for each front end and language.
const BUNDLES: usize = 3 * Language::COUNT;

type Bundle = FluentBundle<Arc<FluentResource>>;

impl FrontEnd {
    fn word(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Cli => "cli",
            Self::Studio => "studio",
        }
    }
}

impl Wording {
    /// English for clients of the REST API.
    pub const REST: Self = Self { language: Language::English, front_end: FrontEnd::Rest };
    /// English for the command line.
    pub const CLI: Self = Self { language: Language::English, front_end: FrontEnd::Cli };

    /// The studio's words.
    pub const fn studio(language: Language) -> Self {
        Self { language, front_end: FrontEnd::Studio }
    }

    /// The sentence, beginning with the name of the field that it is about.
    pub fn notice(self, notice: &Notice) -> String {
        let sentence = self.sentence(notice);
        match notice.field() {
            None => sentence,
            Some(field) => match (self.front_end, self.field(field)) {
                (FrontEnd::Cli, flag) if flag != field => format!("{flag} ({field}): {sentence}"),
                (_, name) => format!("{name}: {sentence}"),
            },
        }
    }

    /// The sentence without the name of the field.
    pub fn sentence(self, notice: &Notice) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in notice.arguments() {
            arguments.set(name.to_owned(), self.value(value));
        }
        // Last, so that no argument takes its place.
        arguments.set("front_end", self.front_end.word());
        format(self.bundle(), notice.code(), &arguments).unwrap_or_else(|| notice.code().to_owned())
    }

    /// The name of a request field as this reader knows it: REST name, flag, or label. The REST name where there is no other.
    pub fn field(self, name: &str) -> String {
        if self.front_end == FrontEnd::Rest {
            return name.to_owned();
        }
        let mut arguments = FluentArgs::new();
        arguments.set("front_end", self.front_end.word());
        let label = format(self.fields(), &format!("field-{name}"), &arguments);
        label.filter(|label| label != "-").unwrap_or_else(|| name.to_owned())
    }

    fn value(self, argument: &Argument) -> FluentValue<'static> {
        /// Integers up to here are exact as `f64`, which Fluent counts with.
        const EXACT: i64 = 1 << 53;
        match argument {
            Argument::Integer(number) if number.abs() <= EXACT => FluentValue::from(*number),
            other => FluentValue::from(self.text(other)),
        }
    }

    fn text(self, argument: &Argument) -> String {
        match argument {
            Argument::Integer(number) => number.to_string(),
            Argument::Unsigned(number) => number.to_string(),
            Argument::Text(text) => text.to_string(),
            Argument::List(values) => values.iter().map(|value| self.text(value)).collect::<Vec<_>>().join(", "),
            Argument::Notice(notice) => self.notice(notice),
            Argument::Field(name) => self.field(name),
        }
    }

    fn index(self) -> usize {
        self.front_end as usize * Language::COUNT + self.language as usize
    }

    fn bundle(self) -> &'static Bundle {
        static KEPT: [OnceLock<Bundle>; BUNDLES] = [const { OnceLock::new() }; BUNDLES];
        KEPT[self.index()].get_or_init(|| {
            let mut bundle = self.empty_bundle();
            self.add_functions(&mut bundle);
            self.language.files().messages.iter().for_each(|file| add(&mut bundle, file));
            bundle
        })
    }

    /// A bundle of its own, because Fluent functions cannot look messages up in the bundle that calls them.
    fn fields(self) -> &'static Bundle {
        static KEPT: [OnceLock<Bundle>; BUNDLES] = [const { OnceLock::new() }; BUNDLES];
        KEPT[self.index()].get_or_init(|| {
            let mut bundle = self.empty_bundle();
            add(&mut bundle, self.language.files().fields);
            bundle
        })
    }

    fn empty_bundle(self) -> Bundle {
        // A tag that cannot be parsed would only change plural forms.
        let identifier: LanguageIdentifier = self.language.tag().parse().unwrap_or_default();
        let mut bundle = Bundle::new_concurrent(vec![identifier]);
        // Isolation marks would show as boxes in terminals and break clients that compare texts.
        bundle.set_use_isolating(false);
        bundle.set_transform(self.language.transform());
        bundle
    }

    /// `FIELD("seed")`: a field's name; `JOSA($x, "을/를")`: a value and the particle that follows it.
    fn add_functions(self, bundle: &mut Bundle) {
        let field = bundle.add_function("FIELD", move |positional, _| match positional.first() {
            Some(FluentValue::String(name)) => FluentValue::from(self.field(name)),
            _ => FluentValue::Error,
        });
        let josa = bundle.add_function("JOSA", |positional, _| {
            let word = match positional.first() {
                Some(FluentValue::String(text)) => text.to_string(),
                Some(FluentValue::Number(number)) => number.as_string().into_owned(),
                _ => return FluentValue::Error,
            };
            match positional.get(1) {
                Some(FluentValue::String(pair)) => FluentValue::from(format!("{word}{}", particle(&word, pair))),
                _ => FluentValue::Error,
            }
        });
        if let Err(error) = field.and(josa) {
            tracing::error!(%error, "a Fluent function cannot be added");
        }
    }
}

impl Notice {
    /// The sentence without the field's name, in English as over REST.
    pub fn english(&self) -> String {
        Wording::REST.sentence(self)
    }
}

/// In English as over REST, beginning with the field's name.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Wording::REST.notice(self))
    }
}

fn add(bundle: &mut Bundle, text: &str) {
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
        tracing::error!(?errors, "messages cannot be read");
        resource
    });
    if let Err(errors) = bundle.add_resource(Arc::new(resource)) {
        tracing::error!(?errors, "messages cannot be added");
    }
}

/// A message by its ID; what cannot be resolved is logged, not hidden.
fn format(bundle: &Bundle, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id).and_then(|message| message.value());
    let Some(pattern) = pattern else {
        if !id.starts_with("field-") {
            tracing::error!(id, "there is no such message");
        }
        return None;
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(id, ?errors, "a message cannot be worded");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Their variables are compared in `tests/notices.rs`.
    #[test]
    fn every_language_has_every_message() {
        fn ids(text: &str) -> std::collections::BTreeSet<&str> {
            assert!(FluentResource::try_new(text.to_owned()).is_ok(), "{text}");
            let ids: Vec<&str> =
                text.lines().filter_map(|line| line.split_once(" = ").or(line.split_once(" ="))).map(|(id, _)| id).collect();
            let ids: Vec<&str> = ids.into_iter().filter(|id| !id.starts_with([' ', '#'])).collect();
            let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(unique.len(), ids.len(), "a message stands twice: {ids:?}");
            unique
        }
        let files = |language: Language| language.files().messages.iter().chain([&language.files().fields]).copied();
        let english: Vec<_> = files(Language::English).map(ids).collect();
        for language in Language::ALL {
            for (english, file) in english.iter().zip(files(language)) {
                assert_eq!(english, &ids(file), "{language:?}");
            }
        }
        let union: std::collections::BTreeSet<&str> = english.iter().flatten().copied().collect();
        assert_eq!(union.len(), english.iter().map(std::collections::BTreeSet::len).sum::<usize>(), "an ID stands in two files");
    }

    #[test]
    fn fields_are_named_as_the_reader_knows_them() {
        let notice = crate::notice!("verbatim", text = Argument::field("start_step")).at("seed");
        assert_eq!(Wording::REST.notice(&notice), "seed: start_step");
        assert_eq!(Wording::CLI.notice(&notice), "--seed (seed): --from-step");
        assert_eq!(Wording::studio(Language::Korean).notice(&notice), "시드: 시작 단계");
        assert_eq!(Wording::CLI.field("no_such_field"), "no_such_field");
    }
}
