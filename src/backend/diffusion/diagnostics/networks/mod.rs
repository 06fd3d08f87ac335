//! How each kind of component is built from its config and run on its input tensors.

mod autoencoder_kl;
mod birefnet;
mod canny;
mod clip_text;
mod flux2_transformer;
mod flux_transformer;
mod qwen3_text;
mod schedules;
mod sdxl;
mod t5_encoder;
mod u2netp;

use super::component::Run;

/// Every component by name.
pub const KINDS: &[(&str, Run)] = &[
    ("flux-transformer", flux_transformer::run),
    ("flux2-transformer", flux2_transformer::run),
    ("t5-encoder", t5_encoder::run),
    ("qwen3-text", qwen3_text::run),
    ("clip-text", clip_text::run),
    ("autoencoder-kl", autoencoder_kl::run),
    ("autoencoder-kl-flux2", autoencoder_kl::flux2),
    ("sdxl-unet", sdxl::unet),
    ("sdxl-controlnet", sdxl::controlnet),
    ("flow-match-euler", schedules::flow_match_euler),
    ("euler-discrete", schedules::euler_discrete),
    ("torch-randn", schedules::torch_randn),
    ("birefnet", birefnet::run),
    ("canny", canny::run),
    ("u2netp", u2netp::run),
];
