//! Segments the product in its photo with U²-Netp, the small variant of U²-Net (Qin et al., "U²-Net: Going Deeper with Nested U-Structure for Salient
//! Object Detection", 2020), on the CPU; then refines the mask with [`matting::refine`].

mod fallback;

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use image::RgbImage;
use rten::{Model, NodeId, RunOptions, ThreadPool, Value};

use crate::backend::{BackendError, StageCx};
use crate::cancel::CancelToken;
use crate::imaging::resize::{Filter, resample_encoded};
use crate::imaging::{Matte, Plane, matting};
use crate::notice;

/// Side of the network's input and output.
const SIDE: usize = 320;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Cuts products out of photos. The network is loaded for the first photo and kept.
#[derive(Default)]
pub struct Segmenter {
    network: Option<Arc<Network>>,
    /// A forward pass that is still running after a stop.
    outstanding: Option<JoinHandle<()>>,
}

impl Segmenter {
    /// A segmenter without a loaded network.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until a stopped forward pass has ended, at most about a tenth of a second.
    pub fn settle(&mut self) {
        if let Some(thread) = self.outstanding.take() {
            // Its result or panic belongs to the stopped job.
            let _ = thread.join();
        }
    }

    /// Frees the network; the next photo loads it again.
    pub fn unload(&mut self) {
        self.network = None;
    }

    /// Runs the network without matting, for benchmarks against other runtimes.
    pub fn forward(&mut self, photo: &RgbImage) -> Result<Option<Plane>, BackendError> {
        let network = match &mut self.network {
            Some(network) => network,
            empty => empty.insert(Arc::new(Network::load()?)),
        };
        network.run(preprocess(photo), &CancelToken::default())
    }

    /// Computes the matte of the product. It is never empty: if the network detects nothing, the photo is segmented by the colour of its border,
    /// and if that fails too, the whole photo with soft borders is the product.
    pub fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(BackendError::Failed(notice!("draft-no-photo")));
        }
        self.settle();
        cx.step(0.0)?;
        let network = match &mut self.network {
            Some(network) => network,
            empty => empty.insert(Arc::new(Network::load()?)),
        };
        cx.step(0.1)?;
        let coarse = run_interruptibly(network, photo, &mut self.outstanding, cx)?;
        cx.step(0.8)?;
        let by_network = std::iter::once_with(|| coarse);
        // Computed only if the mask of the network is useless.
        let by_border = std::iter::once_with(|| fallback::by_border_colour(photo).filter(is_useful));
        for coarse in by_network.chain(by_border).flatten() {
            let matte = matting::refine(photo, &coarse, cx.cancel)?;
            if is_useful(&matte.alpha) {
                cx.step(1.0)?;
                return Ok(matte);
            }
        }
        cx.observer.notice(notice!("draft-no-product").at("product_image"));
        let alpha = fallback::whole(photo.width() as usize, photo.height() as usize);
        cx.step(1.0)?;
        // Nothing was cut out, so there is no background to remove from the colours.
        Ok(Matte { alpha, foreground: photo.clone() })
    }
}

/// Whether a mask plausibly covers a product: neither almost nothing nor almost everything.
pub fn is_useful(mask: &Plane) -> bool {
    let inside = mask.data.iter().filter(|&&v| v > 0.5).count() as f64 / mask.data.len().max(1) as f64;
    (0.002..0.98).contains(&inside)
}

/// The forward pass runs in pieces, so that it can be stopped between them. These tensors are the outputs of each piece and the inputs of the
/// next; the last piece ends in [`OUTPUT`]. The widest convolution (128 → 64 channels at 320²) takes two fifths of the time and cannot be split.
const CUTS: [&[&str]; 5] = [
    &["801", "946"],
    &["947", "1070", "1166", "1293", "1341", "1364"],
    &["947", "1293", "1341", "1429", "1544", "1567"],
    &["947", "1293", "1341", "1429", "1544", "1567", "1685"],
    &["1293", "1341", "1429", "1544", "1686", "1709"],
];
/// d0, the fused saliency map; the six side outputs are for training only.
const OUTPUT: &str = "1959";

/// Runs the network on a separate thread, so that a stop takes effect at once although a single layer may take a tenth of a second. The thread
/// itself stops before its next piece; [`Segmenter::settle`] waits for that before anything else runs.
fn run_interruptibly(
    network: &Arc<Network>,
    photo: &RgbImage,
    outstanding: &mut Option<JoinHandle<()>>,
    cx: StageCx<'_>,
) -> Result<Option<Plane>, BackendError> {
    let planes = preprocess(photo);
    let (sender, receiver) = mpsc::channel();
    let (shared, cancel) = (Arc::clone(network), cx.cancel.clone());
    let thread = std::thread::Builder::new()
        .name("nanococoa-segment".into())
        .spawn(move || {
            // The receiver is gone after a stop.
            let _ = sender.send(shared.run(planes, &cancel));
        })
        .map_err(|e| BackendError::Failed(notice!("draft-network-start", error = e.to_string())))?;
    *outstanding = Some(thread);
    let mut waited = 0.0;
    loop {
        match receiver.recv_timeout(Duration::from_millis(8)) {
            Ok(result) => return result,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                waited += 0.008;
                cx.step(0.1 + 0.7 * (waited / (waited + 0.7)))?;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(BackendError::Failed(notice!("draft-network-ended")));
            }
        }
    }
}

struct Network {
    model: Model,
    input: NodeId,
    /// Output tensors of each piece; the last is the output of the network.
    pieces: Vec<Vec<NodeId>>,
    threads: Arc<ThreadPool>,
}

impl Network {
    fn load() -> Result<Self, BackendError> {
        let broken = |e: String| BackendError::Failed(notice!("draft-network-load", error = e));
        let model = Model::load_static_slice(crate::assets::U2NETP).map_err(|e| broken(e.to_string()))?;
        let node = |name: &&str| model.node_id(name).map_err(|e| broken(e.to_string()));
        let input = node(&"input.1")?;
        let pieces = CUTS
            .iter()
            .copied()
            .chain([&[OUTPUT][..]])
            .map(|names| names.iter().map(node).collect())
            .collect::<Result<Vec<Vec<_>>, _>>()?;
        // More threads do not pay off for feature maps of 320² and less.
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = Arc::new(ThreadPool::with_num_threads(cores.clamp(1, 8)));
        Ok(Self { model, input, pieces, threads })
    }

    /// Computes the saliency map, 0..=1, from preprocessed planes; `None` if it is useless (nothing or everything).
    fn run(&self, planes: Vec<f32>, cancel: &CancelToken) -> Result<Option<Plane>, BackendError> {
        let failed = |e: String| BackendError::Failed(notice!("draft-network-stopped", error = e));
        let mut alive: Vec<(NodeId, Value)> =
            vec![(self.input, Value::from_shape(&[1, 3, SIDE, SIDE], planes).map_err(|e| failed(e.to_string()))?)];
        for piece in &self.pieces {
            cancel.check()?;
            let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
            let made: Vec<NodeId> = piece.iter().copied().filter(|id| alive.iter().all(|(have, _)| have != id)).collect();
            let inputs = alive.iter().map(|(id, value)| (*id, value.as_view().into())).collect();
            let values = self.model.run(inputs, &made, Some(options)).map_err(|e| failed(e.to_string()))?;
            alive.retain(|(id, _)| piece.contains(id));
            alive.extend(made.into_iter().zip(values));
        }
        let (_, value) = alive.pop().ok_or_else(|| failed("no output".into()))?;
        let (_, mut data): ([usize; 4], Vec<f32>) = value.into_shape_vec().map_err(|e| failed(format!("{e:?}")))?;
        if data.len() != SIDE * SIDE || data.iter().any(|v| !v.is_finite()) {
            return Ok(None);
        }
        let (low, high) = data.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        // Normalising a map without any confident pixel would amplify noise.
        if high < 0.3 || high - low < 0.1 {
            return Ok(None);
        }
        data.iter_mut().for_each(|v| *v = (*v - low) / (high - low));
        let mask = Plane { width: SIDE, height: SIDE, data };
        Ok(is_useful(&mask).then_some(mask))
    }
}

/// Raw network output for preprocessed planes: `[B, 3, 320, 320]` → `[B, 1, 320, 320]`, both row-major. Uses an ONNX file or the embedded
/// network.
pub(crate) fn raw_masks(file: Option<&Path>, planes: &[f32]) -> Result<Vec<f32>, BackendError> {
    let failed = |e: String| match file {
        Some(path) => BackendError::Failed(notice!("draft-network-check", file = path, error = e)),
        None => BackendError::Failed(notice!("draft-network-built-in", error = e)),
    };
    let model = match file {
        Some(path) => Model::load_file(path).map_err(|e| failed(e.to_string()))?,
        None => Model::load_static_slice(crate::assets::U2NETP).map_err(|e| failed(e.to_string()))?,
    };
    let ends = model.input_ids().first().copied().zip(model.output_ids().first().copied());
    let (input, output) = ends.ok_or_else(|| failed("the network has no input or no output".into()))?;
    let mut masks = Vec::with_capacity(planes.len() / 3);
    for picture in planes.chunks_exact(3 * SIDE * SIDE) {
        let value = Value::from_shape(&[1, 3, SIDE, SIDE], picture.to_vec()).map_err(|e| failed(e.to_string()))?;
        let mut values = model.run(vec![(input, value.into())], &[output], None).map_err(|e| failed(e.to_string()))?;
        let value = values.pop().ok_or_else(|| failed("no output".into()))?;
        let (_, data): ([usize; 4], Vec<f32>) = value.into_shape_vec().map_err(|e| failed(format!("{e:?}")))?;
        if data.len() != SIDE * SIDE {
            return Err(failed(format!("the mask has {} values instead of {}", data.len(), SIDE * SIDE)));
        }
        masks.extend(data);
    }
    Ok(masks)
}

/// Preprocessing as in training: resize to a square, divide by the maximum, normalise with ImageNet's mean and deviation; planes R, G, B.
fn preprocess(photo: &RgbImage) -> Vec<f32> {
    let mut small = resample_encoded(photo, (SIDE, SIDE), Filter::Lanczos3);
    small.iter_mut().for_each(|p| *p = p.map(|v| v.clamp(0.0, 255.0)));
    let brightest = small.iter().flatten().fold(1.0f32, |m, &v| m.max(v));
    (0..3).flat_map(|c| small.iter().map(move |p| (p[c] / brightest - MEAN[c]) / DEVIATION[c])).collect()
}

#[cfg(test)]
mod tests;
