//! Messages to people: a code with named arguments, worded by the front ends.
//!
//! Code below the front ends says *what* happened with [`notice!`](crate::notice!). The command line, the REST API and the studio word it
//! in their reader's language and terms ([`Wording`]). The words are Fluent files under `assets/i18n/<language>/`; a code is the ID of a
//! message there.
//!
//! ```ignore
//! let notice = notice!("decode-empty").at("product_image");
//! assert_eq!(notice.to_string(), "product_image: The file is empty. Save or download it again.");
//! ```

mod josa;
mod language;
mod message;
mod words;

pub use language::Language;
pub use message::{Argument, Notice};
pub use words::{FrontEnd, Wording};

/// Makes a [`Notice`](crate::notice::Notice): `notice!("code", name = value, …)`. The code is a literal, so that a test can check it and
/// the names of its arguments against the Fluent files.
#[macro_export]
macro_rules! notice {
    ($code:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::notice::Notice::new($code)$(.with(stringify!($name), $value))*
    };
}
