//! Instructions that are added to the prompts for FLUX.2. They are English, which the network reads best; no person sees them.

/// Painting the scene.
pub const SCENE: &str = "A photograph. Keep the camera position, the horizon, the composition and the light of the reference picture.";
/// Putting the product into the scene.
pub const BLEND: &str = "The product of the second picture stands in the first picture with a natural contact shadow. Keep the product and everything else unchanged.";
/// Sculpting the letters.
pub const TEXT: &str = "Three-dimensional letters. Keep the shape and the position of every letter of the reference picture.";
/// Matching the light of the letters.
pub const COMPOSITE: &str = "Match the light of the letters to the picture. Keep every shape and position unchanged.";

/// The prompt with an instruction behind it.
pub fn instructed(prompt: &str, instruction: &str) -> String {
    match (prompt.trim(), instruction) {
        (prompt, "") => prompt.to_owned(),
        ("", instruction) => instruction.to_owned(),
        (prompt, instruction) => format!("{}. {instruction}", prompt.trim_end_matches('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_stay_as_they_are_and_instructions_follow() {
        assert_eq!(instructed("나무 테이블", "Keep it."), "나무 테이블. Keep it.");
        assert_eq!((instructed("wood.", ""), instructed(" ", "Keep it.")), ("wood.".to_owned(), "Keep it.".to_owned()));
    }
}
