//! Lays a finished advertisement out again for another canvas.
//!
//! Boxes that touch or overlap form a group, which is scaled by one factor. A group keeps its distance from the nearest edge or the middle, so
//! groups only move apart, and boxes that did not overlap before do not overlap afterwards. On a canvas of a very different aspect ratio the
//! product's group goes beside or below the rest if everything becomes larger that way.

use serde_json::{Map, Value, json};

use super::geometry::{Frame, Margins};
use super::shapes::{decimal, share};

/// Boxes of an advertisement, pixels of its canvas.
#[derive(Clone, Debug, Default)]
pub struct Boxes {
    /// Sides of the canvas.
    pub canvas: (u32, u32),
    /// The product.
    pub product: Option<Frame>,
    /// The sculpted headline.
    pub headline: Option<Frame>,
    /// The layers by their place in the list; `None` for one that paints nothing.
    pub layers: Vec<Option<Frame>>,
}

/// The new box of an element, and its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// The new box.
    pub frame: Frame,
    /// Pixels of the new canvas per pixel of the old one, across and down: the same, except for what fills the canvas.
    pub scale: (f32, f32),
}

/// An advertisement on another canvas.
#[derive(Clone, Debug, Default)]
pub struct Adapted {
    /// The product.
    pub product: Option<Moved>,
    /// The sculpted headline.
    pub headline: Option<Moved>,
    /// The layers.
    pub layers: Vec<Option<Moved>>,
}

/// An element that spans this share of a side counts as spanning all of it.
const FULL: f32 = 0.97;
/// Boxes that overlap by less than this share of the canvas' shorter side count as touching.
const SLACK: f32 = 0.002;
/// The product goes beside the rest only if everything becomes larger by this factor.
const BETTER: f32 = 1.15;
/// Margin of an arrangement, fraction of the shorter side.
const MARGIN: f32 = 0.06;
/// Least and largest share of the product's side of an arrangement.
const PRODUCT_SHARE: (f32, f32) = (0.2, 0.5);

/// The box of product, headline or a layer.
#[derive(Clone, Copy)]
struct Element {
    frame: Frame,
    /// Whether it spans the width, and the height, of the canvas.
    full: (bool, bool),
    is_product: bool,
}

/// Lays boxes out for another canvas. `margins`: margins of the new canvas that stay free.
pub fn adapt(from: &Boxes, to: (u32, u32), margins: &Margins) -> Adapted {
    let old = Frame::at(0.0, 0.0, from.canvas.0 as f32, from.canvas.1 as f32);
    let mut elements: Vec<Element> = Vec::new();
    let mut places: Vec<Option<usize>> = Vec::new();
    let all = [from.product, from.headline].into_iter().chain(from.layers.iter().copied());
    for (at, frame) in all.enumerate() {
        places.push(frame.map(|frame| {
            let full = (
                at > 1 && frame.x0 <= (1.0 - FULL) * old.x1 && frame.x1 >= FULL * old.x1,
                at > 1 && frame.y0 <= (1.0 - FULL) * old.y1 && frame.y1 >= FULL * old.y1,
            );
            elements.push(Element { frame, full, is_product: at == 0 });
            elements.len() - 1
        }));
    }
    let moved = arranged(&elements, old, to, margins);
    let of = |at: usize| places.get(at).copied().flatten().and_then(|index| moved.get(index).copied());
    Adapted { product: of(0), headline: of(1), layers: (2..places.len()).map(of).collect() }
}

fn arranged(elements: &[Element], old: Frame, (width, height): (u32, u32), margins: &Margins) -> Vec<Moved> {
    let (w, h) = (width as f32, height as f32);
    let new = Frame { x0: margins.left, y0: margins.top, x1: w - margins.right, y1: h - margins.bottom };
    let canvas = Frame::at(0.0, 0.0, w, h);
    let slack = SLACK * old.width().min(old.height());
    let kept = keep_apart(elements, old, new, canvas, slack);
    let scale = (new.width() / old.width()).min(new.height() / old.height());
    let kept = if overlaps_anew(elements, &kept, slack, SLACK * w.min(h)) { rigid(elements, old, new, canvas) } else { kept };
    match beside(elements, old, new, slack) {
        Some((moved, other)) if other > BETTER * scale && !overlaps_anew(elements, &moved, slack, SLACK * w.min(h)) => moved,
        _ => kept,
    }
}

/// Whether boxes overlap that did not overlap before. Elements that fill the canvas lie below everything and do not count.
fn overlaps_anew(elements: &[Element], moved: &[Moved], before: f32, after: f32) -> bool {
    let is_ground = |element: &Element| element.full == (true, true);
    elements.iter().enumerate().any(|(i, a)| {
        elements.iter().enumerate().skip(i + 1).any(|(j, b)| {
            let apart = !a.frame.overlaps(&b.frame, before);
            !is_ground(a) && !is_ground(b) && apart && moved[i].frame.overlaps(&moved[j].frame, after)
        })
    })
}

/// The group of each element. Elements of a group overlap directly or through others.
fn groups(elements: &[Element], belongs: &dyn Fn(&Element) -> bool, slack: f32) -> Vec<Option<usize>> {
    let mut group: Vec<Option<usize>> = elements.iter().enumerate().map(|(i, e)| belongs(e).then_some(i)).collect();
    let bounds = |group: &[Option<usize>], of: usize| {
        let members = elements.iter().zip(group).filter(|(_, g)| **g == Some(of));
        members.map(|(e, _)| e.frame).reduce(|a, b| a.union(&b))
    };
    loop {
        let mut ids: Vec<usize> = group.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let boxes: Vec<(usize, Frame)> = ids.iter().filter_map(|id| Some((*id, bounds(&group, *id)?))).collect();
        let pair = boxes
            .iter()
            .enumerate()
            .find_map(|(k, (a, fa))| boxes[k + 1..].iter().find(|(_, fb)| fa.overlaps(fb, slack)).map(|(b, _)| (*a, *b)));
        let Some((a, b)) = pair else { return group };
        group.iter_mut().filter(|g| **g == Some(b)).for_each(|g| *g = Some(a));
    }
}

/// The third of a side that a centre lies in.
fn third(centre: f32, side: f32) -> u8 {
    match centre / side {
        at if at < 0.36 => 0,
        at if at <= 0.64 => 1,
        _ => 2,
    }
}

/// Maps a centre to the new side. Its scaled distance from the nearest edge or the middle stays.
fn anchored(centre: f32, old: f32, (start, side): (f32, f32), scale: f32) -> f32 {
    match third(centre, old) {
        0 => start + scale * centre,
        1 => start + side / 2.0 + scale * (centre - old / 2.0),
        _ => start + side - scale * (old - centre),
    }
}

/// Moves every group with its edge of the canvas.
fn keep_apart(elements: &[Element], old: Frame, new: Frame, canvas: Frame, slack: f32) -> Vec<Moved> {
    let scale = (new.width() / old.width()).min(new.height() / old.height());
    // A band across the canvas keeps groups together down the canvas only, an upright one across it only.
    let across = groups(elements, &|e| !e.full.0, slack);
    let down = groups(elements, &|e| !e.full.1, slack);
    let centre = |group: &[Option<usize>], of: usize| {
        let members = elements.iter().zip(group).filter(|(_, g)| **g == Some(of));
        members.map(|(e, _)| e.frame).reduce(|a, b| a.union(&b)).map_or((0.0, 0.0), |frame| frame.center())
    };
    elements
        .iter()
        .enumerate()
        .map(|(i, element)| {
            let (x, y) = element.frame.center();
            let (mut frame, mut factor) = (Frame::default(), (scale, scale));
            // The side of an element whose group has its centre at `group`; that of the canvas if it is in none.
            let side = |group: Option<f32>, at: f32, length: f32, old: f32, new: (f32, f32), whole: (f32, f32)| match group {
                Some(group) => {
                    let middle = anchored(group, old, new, scale) + scale * (at - group);
                    (middle - scale * length / 2.0, middle + scale * length / 2.0)
                }
                None => whole,
            };
            let (column, row) = (across[i].map(|group| centre(&across, group).0), down[i].map(|group| centre(&down, group).1));
            (frame.x0, frame.x1) = side(column, x, element.frame.width(), old.width(), (new.x0, new.width()), (canvas.x0, canvas.x1));
            (frame.y0, frame.y1) = side(row, y, element.frame.height(), old.height(), (new.y0, new.height()), (canvas.y0, canvas.y1));
            to_edges(element, &mut frame, old, canvas);
            if element.full.0 || element.full.1 {
                factor = (frame.width() / element.frame.width().max(1.0), frame.height() / element.frame.height().max(1.0));
            }
            Moved { frame, scale: factor }
        })
        .collect()
}

/// A band that reaches the edge of the old canvas reaches that of the new one, also beyond a safe zone.
fn to_edges(element: &Element, frame: &mut Frame, old: Frame, canvas: Frame) {
    if element.full.0 && !element.full.1 {
        if element.frame.y1 >= FULL * old.y1 {
            frame.y1 = canvas.y1;
        } else if element.frame.y0 <= (1.0 - FULL) * old.y1 {
            frame.y0 = canvas.y0;
        }
    } else if element.full.1 && !element.full.0 {
        if element.frame.x1 >= FULL * old.x1 {
            frame.x1 = canvas.x1;
        } else if element.frame.x0 <= (1.0 - FULL) * old.x1 {
            frame.x0 = canvas.x0;
        }
    }
}

/// Scales everything as one piece in the middle of the canvas.
fn rigid(elements: &[Element], old: Frame, new: Frame, canvas: Frame) -> Vec<Moved> {
    let scale = (new.width() / old.width()).min(new.height() / old.height());
    elements.iter().map(|element| fitted(element, old, new, canvas, scale)).collect()
}

fn fitted(element: &Element, old: Frame, new: Frame, canvas: Frame, scale: f32) -> Moved {
    let (x, y) = element.frame.center();
    if element.full == (true, true) {
        let factor = (canvas.width() / element.frame.width().max(1.0), canvas.height() / element.frame.height().max(1.0));
        return Moved { frame: canvas, scale: factor };
    }
    let (cx, cy) = (new.center().0 + scale * (x - old.center().0), new.center().1 + scale * (y - old.center().1));
    Moved { frame: Frame::around((cx, cy), scale * element.frame.width(), scale * element.frame.height()), scale: (scale, scale) }
}

/// The product with what touches it beside the rest on a wider canvas, below the rest on a higher one; and the smaller of the two scales. `None`
/// if there are not two parts, or bands.
fn beside(elements: &[Element], old: Frame, new: Frame, slack: f32) -> Option<(Vec<Moved>, f32)> {
    let is_ground = |e: &Element| e.full == (true, true);
    if elements.iter().any(|e| !is_ground(e) && (e.full.0 || e.full.1)) {
        return None;
    }
    let group = groups(elements, &|e| !is_ground(e), slack);
    let with_product = elements.iter().position(|e| e.is_product).and_then(|at| group[at])?;
    let bounds = |is_product: bool| {
        let members = elements.iter().zip(&group).filter(|(_, g)| g.is_some_and(|g| (g == with_product) == is_product));
        members.map(|(e, _)| e.frame).reduce(|a, b| a.union(&b))
    };
    let (product, rest) = (bounds(true)?, bounds(false)?);
    let margin = MARGIN * new.width().min(new.height());
    let inner = Frame { x0: new.x0 + margin, y0: new.y0 + margin, x1: new.x1 - margin, y1: new.y1 - margin };
    let wider = new.width() / new.height() > old.width() / old.height();
    let aspect = product.width() / product.height().max(1.0);
    let (place, other) = if wider {
        let share = (aspect * inner.height() / inner.width()).clamp(PRODUCT_SHARE.0, PRODUCT_SHARE.1);
        // The product keeps the side that it is on.
        let is_left = product.center().0 <= rest.center().0 && (rest.center().0 - product.center().0) > 0.05 * old.width();
        split(inner, share, margin / 2.0, is_left, true)
    } else {
        let share = (inner.width() / aspect / inner.height()).clamp(0.3, 0.6);
        let is_above = product.center().1 < rest.center().1;
        split(inner, share, margin / 2.0, is_above, false)
    };
    let fit = |from: &Frame, to: &Frame| (to.width() / from.width().max(1.0)).min(to.height() / from.height().max(1.0));
    let scales = (fit(&product, &place), fit(&rest, &other));
    let moved = elements.iter().zip(&group).map(|(element, g)| match g {
        None => fitted(element, old, new, new, 1.0),
        Some(g) if *g == with_product => fitted(element, product, place, new, scales.0),
        Some(_) => fitted(element, rest, other, new, scales.1),
    });
    Some((moved.collect(), scales.0.min(scales.1)))
}

/// Two parts of a box: the first `share` of it for the product if it comes first, else the last.
fn split(inner: Frame, share: f32, gap: f32, first: bool, across: bool) -> (Frame, Frame) {
    let at = if first { share } else { 1.0 - share };
    let (a, b) = if across {
        let x = inner.x0 + at * inner.width();
        (Frame { x1: x - gap, ..inner }, Frame { x0: x + gap, ..inner })
    } else {
        let y = inner.y0 + at * inner.height();
        (Frame { y1: y - gap, ..inner }, Frame { y0: y + gap, ..inner })
    };
    if first { (a, b) } else { (b, a) }
}

/// Fields of sections whose lengths are fractions of the canvas' height.
const SECTIONS: [(&str, &[&str]); 4] =
    [("border", &["width"]), ("outline", &["width"]), ("plate", &["padding"]), ("shadow", &["x", "y", "blur"])];

/// Moves a layer of a request. `old` is its box before, `from` and `to` are the canvases.
pub fn move_layer(layer: &mut Map<String, Value>, old: &Frame, moved: &Moved, from: (u32, u32), to: (u32, u32)) {
    let (w, h) = (to.0 as f32, to.1 as f32);
    let number = |layer: &Map<String, Value>, name: &str| layer.get(name).and_then(Value::as_f64).map(|v| v as f32);
    // The box of the ink need not be centred on the layer's place.
    let offset = |side: f32, at: Option<f32>, centre: f32| at.unwrap_or(0.5) * side - centre;
    let (ox, oy) = (offset(from.0 as f32, number(layer, "x"), old.center().0), offset(from.1 as f32, number(layer, "y"), old.center().1));
    let (x, y) = moved.frame.center();
    let within = |at: f32| decimal(at.clamp(-0.5, 1.5));
    layer.insert("x".into(), within((x + ox * moved.scale.0) / w));
    layer.insert("y".into(), within((y + oy * moved.scale.1) / h));
    let (across, down) = (from.0 as f32 * moved.scale.0 / w, from.1 as f32 * moved.scale.1 / h);
    // Line widths follow the smaller scale where the two differ.
    let even = from.1 as f32 * moved.scale.0.min(moved.scale.1) / h;
    let is_shape = layer.get("type").and_then(Value::as_str) == Some("shape");
    let is_text = layer.get("type").and_then(Value::as_str) == Some("text");
    let is_turned = number(layer, "rotation").is_some_and(|degrees| degrees % 180.0 != 0.0);
    let (across, down) =
        if is_turned && moved.scale.0 != moved.scale.1 { (even * h / w * from.0 as f32 / from.1 as f32, even) } else { (across, down) };
    if is_shape {
        let is_line = layer.get("shape").and_then(Value::as_str) == Some("line");
        layer.entry("width").or_insert(json!(0.3));
        layer.entry("height").or_insert(json!(if is_line { 0.006 } else { 0.1 }));
    } else if !is_text && !layer.contains_key("width") && !layer.contains_key("height") {
        layer.insert("width".into(), json!(0.2));
    } else if is_text {
        layer.entry("size").or_insert(json!(0.06));
    }
    for (name, factor, (min, max)) in [("width", across, (0.001, 2.0)), ("height", down, (0.001, 2.0)), ("size", even, (0.005, 1.0))] {
        if let Some(value) = number(layer, name) {
            layer.insert(name.into(), decimal((value * factor).clamp(min, max)));
        }
    }
    for (section, fields) in SECTIONS {
        let Some(object) = layer.get_mut(section).and_then(Value::as_object_mut) else { continue };
        for name in fields {
            if let Some(value) = object.get(*name).and_then(Value::as_f64) {
                let least = if *name == "width" { 0.0005 } else { -0.1 };
                let most = match *name {
                    "padding" => 0.2,
                    "blur" => 0.05,
                    _ => 0.1,
                };
                object.insert((*name).into(), decimal((value as f32 * even).clamp(least, most)));
            }
        }
    }
}

/// The area of a product whose box is known.
pub fn product_area(moved: &Moved, (width, height): (u32, u32)) -> [(&'static str, Value); 4] {
    let (w, h) = (width as f32, height as f32);
    let edge = |at: f32, side: f32| share(at.clamp(0.0, side), side);
    [
        ("product_left", edge(moved.frame.x0, w)),
        ("product_top", edge(moved.frame.y0, h)),
        ("product_right", edge(moved.frame.x1, w)),
        ("product_bottom", edge(moved.frame.y1, h)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVASES: [(u32, u32); 7] = [(1080, 1080), (1080, 1350), (1080, 1920), (1200, 628), (1029, 258), (2184, 270), (320, 1200)];

    fn all(boxes: &Boxes, adapted: &Adapted) -> Vec<(Frame, Frame)> {
        let old = [boxes.product, boxes.headline].into_iter().chain(boxes.layers.iter().copied());
        let new = [adapted.product, adapted.headline].into_iter().chain(adapted.layers.iter().copied());
        old.zip(new).filter_map(|(old, new)| Some((old?, new?.frame))).collect()
    }

    /// Nothing overlaps that did not before, and nothing leaves the canvas that did not before.
    fn check(boxes: &Boxes, to: (u32, u32), margins: &Margins) -> Adapted {
        let adapted = adapt(boxes, to, margins);
        let pairs = all(boxes, &adapted);
        let canvas = Frame::at(0.0, 0.0, to.0 as f32, to.1 as f32);
        let old_canvas = Frame::at(0.0, 0.0, boxes.canvas.0 as f32, boxes.canvas.1 as f32);
        for (i, (old, new)) in pairs.iter().enumerate() {
            assert!(!old_canvas.holds(old, 0.5) || canvas.holds(new, 1.0), "{to:?}: {old:?} goes to {new:?}");
            for (other, with) in &pairs[i + 1..] {
                let is_ground = |f: &Frame| f.width() > 0.97 * old_canvas.x1 && f.height() > 0.97 * old_canvas.y1;
                if !is_ground(old) && !is_ground(other) && !old.overlaps(other, 0.0) {
                    assert!(!new.overlaps(with, 2.0 + 0.004 * to.0.min(to.1) as f32), "{to:?}: {old:?} {other:?} → {new:?} {with:?}");
                }
            }
        }
        adapted
    }

    fn poster() -> Boxes {
        Boxes {
            canvas: (1080, 1080),
            product: Some(Frame { x0: 300.0, y0: 450.0, x1: 780.0, y1: 960.0 }),
            headline: Some(Frame { x0: 140.0, y0: 120.0, x1: 940.0, y1: 330.0 }),
            layers: vec![
                // A badge with its text, a logo, a bar with its text, a line of text.
                Some(Frame { x0: 800.0, y0: 480.0, x1: 1000.0, y1: 680.0 }),
                Some(Frame { x0: 830.0, y0: 550.0, x1: 970.0, y1: 610.0 }),
                Some(Frame { x0: 40.0, y0: 30.0, x1: 200.0, y1: 90.0 }),
                Some(Frame { x0: 0.0, y0: 980.0, x1: 1080.0, y1: 1080.0 }),
                Some(Frame { x0: 60.0, y0: 1010.0, x1: 500.0, y1: 1050.0 }),
                Some(Frame { x0: 250.0, y0: 350.0, x1: 830.0, y1: 400.0 }),
            ],
        }
    }

    #[test]
    fn relations_are_kept_on_every_canvas() {
        let boxes = poster();
        for to in CANVASES {
            for margins in [Margins::default(), Margins { top: 0.14 * to.1 as f32, bottom: 0.2 * to.1 as f32, ..Margins::default() }] {
                let adapted = check(&boxes, to, &margins);
                let of = |at: usize| adapted.layers[at].unwrap().frame;
                assert!(of(0).holds(&of(1), 1.0), "{to:?}: the text stays on its badge");
                assert!(of(3).holds(&of(4), 1.0) && of(3).width() >= to.0 as f32 - 1.0, "{to:?}: the text stays on its bar");
                assert!((of(3).y1 - to.1 as f32).abs() < 1.0, "{to:?}: the bar stays at the edge");
            }
        }
        let same = check(&boxes, (1080, 1080), &Margins::default());
        for (old, new) in all(&boxes, &same) {
            assert!((old.x0 - new.x0).abs() < 0.5 && (old.y1 - new.y1).abs() < 0.5);
        }
        let tall = check(&boxes, (1080, 1920), &Margins::default());
        assert!((tall.layers[2].unwrap().frame.y0 - 30.0).abs() < 1.0, "the logo keeps its distance from the corner");
    }

    #[test]
    fn on_a_banner_the_product_goes_beside_the_texts() {
        let mut boxes = poster();
        boxes.layers.truncate(2);
        let rigid = 258.0 / 1080.0;
        let banner = check(&boxes, (1029, 258), &Margins::default());
        let (product, headline) = (banner.product.unwrap(), banner.headline.unwrap());
        assert!(headline.frame.x1 < product.frame.x0 || product.frame.x1 < headline.frame.x0);
        assert!(headline.scale.0 > 1.3 * rigid && product.scale.0 > 1.3 * rigid, "{headline:?} {product:?}");
    }

    #[test]
    fn random_boxes_never_overlap_anew() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |n: u32| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % u64::from(n)) as f32
        };
        for _ in 0..400 {
            let canvas = CANVASES[next(7) as usize];
            let (w, h) = canvas;
            let mut frame = || {
                let (bw, bh) = (4.0 + next(w / 2), 4.0 + next(h / 3));
                Frame::at(next(w - bw as u32), next(h - bh as u32), bw, bh)
            };
            let boxes = Boxes { canvas, product: Some(frame()), headline: Some(frame()), layers: (0..6).map(|_| Some(frame())).collect() };
            for to in CANVASES {
                check(&boxes, to, &Margins::default());
            }
        }
    }

    #[test]
    fn layers_are_scaled_with_their_lines_and_plates() {
        let mut layer =
            json!({"type": "text", "text": "a", "size": 0.1, "x": 0.5, "y": 0.2, "width": 0.5, "plate": {"padding": 0.02}, "shadow": true});
        let old = Frame::around((540.0, 216.0), 200.0, 100.0);
        let moved = Moved { frame: Frame::around((600.0, 100.0), 100.0, 50.0), scale: (0.5, 0.5) };
        let object = layer.as_object_mut().unwrap();
        move_layer(object, &old, &moved, (1080, 1080), (1200, 628));
        let at = |name: &str| object[name].as_f64().unwrap();
        assert!((at("x") - 0.5).abs() < 1e-4 && (at("y") - 100.0 / 628.0).abs() < 1e-4);
        assert!((at("size") * 628.0 - 54.0).abs() < 0.1 && (at("width") * 1200.0 - 270.0).abs() < 0.1);
        assert!((object["plate"]["padding"].as_f64().unwrap() * 628.0 - 10.8).abs() < 0.1);
        let mut shape = json!({"type": "shape", "fill": "#fff"});
        move_layer(shape.as_object_mut().unwrap(), &old, &moved, (1080, 1080), (1200, 628));
        assert!((shape["height"].as_f64().unwrap() * 628.0 - 54.0).abs() < 0.1);
    }
}
