//! The number of a step.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of the three steps; in JSON the numbers 1 to 3. Ordered as the steps run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum StepNumber {
    /// Step 1: the scene with the product.
    Background = 1,
    /// Step 2: the headline.
    Text = 2,
    /// Step 3: both together.
    Composite = 3,
}

/// A number that is no step's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidStep(u64);

impl fmt::Display for InvalidStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a step; steps are numbered 1 to 3", self.0)
    }
}

impl std::error::Error for InvalidStep {}

impl StepNumber {
    /// Every step, in running order.
    pub const ALL: [Self; 3] = [Self::Background, Self::Text, Self::Composite];
    /// The first step.
    pub const FIRST: Self = Self::Background;
    /// The last step.
    pub const LAST: Self = Self::Composite;

    /// 1, 2 or 3.
    pub const fn get(self) -> u8 {
        self as u8
    }
}

impl TryFrom<u64> for StepNumber {
    type Error = InvalidStep;

    fn try_from(number: u64) -> Result<Self, InvalidStep> {
        Self::ALL.into_iter().find(|step| u64::from(step.get()) == number).ok_or(InvalidStep(number))
    }
}

impl TryFrom<u8> for StepNumber {
    type Error = InvalidStep;

    fn try_from(number: u8) -> Result<Self, InvalidStep> {
        u64::from(number).try_into()
    }
}

impl From<StepNumber> for u8 {
    fn from(step: StepNumber) -> Self {
        step.get()
    }
}

impl fmt::Display for StepNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn only_three_numbers_are_steps() {
        let steps: Vec<u8> = (0..=u8::MAX).filter(|n| StepNumber::try_from(*n).is_ok()).collect();
        assert_eq!(steps, StepNumber::ALL.map(StepNumber::get));
        assert!(StepNumber::try_from(u64::from(u8::MAX) + 2).is_err());
        assert!(StepNumber::FIRST < StepNumber::Text && StepNumber::Text < StepNumber::LAST);
    }

    #[test]
    fn json_has_numbers_as_values_and_as_keys() {
        let json = r#"{"1":[3],"2":[]}"#;
        let map: BTreeMap<StepNumber, Vec<StepNumber>> = serde_json::from_str(json).unwrap();
        assert_eq!(map[&StepNumber::Background], [StepNumber::Composite]);
        assert_eq!(serde_json::to_string(&map).unwrap(), json);
        assert!(serde_json::from_str::<StepNumber>("9").is_err());
    }
}
