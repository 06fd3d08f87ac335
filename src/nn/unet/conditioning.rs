//! The inputs of UNet and ControlNet that stay the same over the steps.

use candle_core::Tensor;

/// The conditioning of a picture; the same at every step.
#[derive(Clone, Copy, Debug)]
pub struct Conditioning<'a> {
    /// Hidden states of the prompt, `[B, tokens, context]`.
    pub encoder_hidden_states: &'a Tensor,
    /// The pooled prompt, `[B, P]`; for networks with micro-conditioning.
    pub text_embeds: Option<&'a Tensor>,
    /// Original height and width, top and left of the crop, target height and width in pixels, `[B, 6]`; likewise.
    pub time_ids: Option<&'a Tensor>,
}
