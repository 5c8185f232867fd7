//! A screen as a picture: ratatui's buffer in, SVG out, the same bytes for the same screen.
//!
//! What has to join from cell to cell (blocks, braille, lines) is drawn as shapes, so that it does in any font and line
//! height; the rest is text, in runs that are told how long to be, so that another font can't shift a column.
//! Knows nothing of mtatop.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// A cell in pixels, whole ones, so that edges are sharp. Letters of 15 pixels are 9 wide in nearly every font.
const CELL: (f32, f32) = (9.0, 20.0);
const FONT_SIZE: f32 = 15.0;
/// Of a line of text, from the top of its cell.
const BASELINE: f32 = 15.0;
/// Where lines run through a cell: the middle of a pixel, so that a line of one pixel is sharp.
const MIDDLE: (f32, f32) = (4.5, 9.5);
const PADDING: f32 = 16.0;
const FONTS: &str =
    "JetBrains Mono, ui-monospace, SF Mono, Menlo, Consolas, DejaVu Sans Mono, monospace";

type Rgb = [u8; 3];

struct Theme {
    background: Rgb,
    foreground: Rgb,
    frame: Rgb,
    /// Black, red, green, yellow, blue, magenta, cyan, gray; then the bright ones.
    palette: [u32; 16],
}

const DARK: Theme = Theme {
    background: [0x10, 0x15, 0x1d],
    foreground: [0xd3, 0xda, 0xe3],
    frame: [0x2d, 0x37, 0x45],
    palette: [
        0x1d_2530, 0xf0_737d, 0x8f_cf80, 0xe6_c074, 0x6c_b0f6, 0xc7_92ea, 0x5f_cdd2,
        0xb3_bdca, //
        0x64_7082, 0xff_949b, 0xad_e69d, 0xf7_d996, 0x93_caff, 0xdd_b5f8, 0x8a_e5e7, 0xf6_f8fb,
    ],
};

const LIGHT: Theme = Theme {
    background: [0xfc, 0xfc, 0xfa],
    foreground: [0x2a, 0x31, 0x3b],
    frame: [0xd5, 0xd9, 0xde],
    palette: [
        0x2a_313b, 0xc2_3440, 0x3a_822f, 0x97_6a00, 0x1f_67c0, 0x8a_3eb0, 0x0a_7b82,
        0x6f_7985, //
        0x98_a1ac, 0xdb_4f5a, 0x4f_9c42, 0xb5_8414, 0x3b_84dc, 0xa4_5bc9, 0x22_969d, 0xff_ffff,
    ],
};

/// Draws the screen in a frame, in dark or in light colours.
pub(crate) fn svg(buffer: &Buffer, dark: bool) -> String {
    let theme = if dark { &DARK } else { &LIGHT };
    let mut picture = Picture::default();
    for y in 0..buffer.area.height {
        let row = row(buffer, y, theme);
        let top = f32::from(y) * CELL.1;
        for drawn in &row {
            if drawn.background != theme.background {
                let cell = (drawn.left(), top, drawn.width(), CELL.1);
                picture.rect(drawn.background, Layer::Background, cell);
            }
        }
        picture.row(&row, top);
    }
    let size = (f32::from(buffer.area.width) * CELL.0, f32::from(buffer.area.height) * CELL.1);
    picture.frame(size, theme)
}

/// What is drawn in a cell, or in the two of a wide character.
struct Drawn<'a> {
    x: u16,
    cells: u16,
    symbol: &'a str,
    color: Rgb,
    background: Rgb,
    modifier: Modifier,
}

impl Drawn<'_> {
    fn left(&self) -> f32 {
        f32::from(self.x) * CELL.0
    }

    fn width(&self) -> f32 {
        f32::from(self.cells) * CELL.0
    }

    fn blank(&self) -> bool {
        self.symbol.trim().is_empty() || self.modifier.contains(Modifier::HIDDEN)
    }

    fn font(&self) -> Modifier {
        let lines = Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.modifier & if self.blank() { lines } else { lines | Modifier::BOLD | Modifier::ITALIC }
    }

    /// Nothing to draw, not even a line under it.
    fn unseen(&self) -> bool {
        self.blank() && self.font().is_empty()
    }

    /// Whether it can follow the other in one run of text. What is not ASCII may come from another font and stands
    /// alone; so does each of two signs that a font could make one, as it would of `->`.
    fn joins(&self, last: &Self) -> bool {
        let sign = |drawn: &Self| drawn.symbol.chars().all(|c| c.is_ascii_punctuation());
        self.symbol.is_ascii()
            && last.symbol.is_ascii()
            && !(sign(self) && sign(last) && last.x + 1 == self.x)
            && self.font() == last.font()
            && self.color == last.color
    }
}

fn row<'a>(buffer: &'a Buffer, y: u16, theme: &Theme) -> Vec<Drawn<'a>> {
    let mut row = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(buffer.area.x + x, buffer.area.y + y)];
        let mut color = theme.rgb(cell.fg).unwrap_or(theme.foreground);
        let mut background = theme.rgb(cell.bg).unwrap_or(theme.background);
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut color, &mut background);
        }
        if cell.modifier.contains(Modifier::DIM) {
            color = mix(color, background);
        }
        let cells = if cell.symbol().width() > 1 { 2 } else { 1 };
        row.push(Drawn {
            x,
            cells,
            symbol: cell.symbol(),
            color,
            background,
            modifier: cell.modifier,
        });
        x += cells;
    }
    row
}

impl Theme {
    fn rgb(&self, color: Color) -> Option<Rgb> {
        let index = match color {
            Color::Reset => return None,
            Color::Rgb(red, green, blue) => return Some([red, green, blue]),
            Color::Indexed(index) => index,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        Some(match index {
            0..16 => {
                let [_, rgb @ ..] = self.palette[usize::from(index)].to_be_bytes();
                rgb
            }
            16..232 => [36, 6, 1]
                .map(|step| [0, 95, 135, 175, 215, 255][usize::from((index - 16) / step % 6)]),
            232.. => [8 + 10 * (index - 232); 3],
        })
    }
}

/// Dim text: most of the way to its colour from its background.
fn mix(color: Rgb, background: Rgb) -> Rgb {
    let part = |color, background| (u16::from(color) * 3 + u16::from(background) * 2) / 5;
    std::array::from_fn(|i| u8::try_from(part(color[i], background[i])).unwrap_or(u8::MAX))
}

/// Bottom to top.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Background,
    /// Filled, at so many quarters of opacity.
    Block(u8),
    /// Stroked, so many pixels wide.
    Line(u8),
    Dots,
}

/// One path for each layer and colour: small, and without a seam where shapes touch.
#[derive(Default)]
struct Picture {
    paths: BTreeMap<(Layer, Rgb), String>,
    text: String,
}

impl Picture {
    fn row(&mut self, row: &[Drawn<'_>], top: f32) {
        let mut run: Vec<&Drawn<'_>> = Vec::new();
        for drawn in row {
            let shape = !drawn.blank() && self.shape(drawn, top);
            let last = run.iter().rfind(|last| !last.unseen());
            let joins = drawn.unseen() || last.is_none_or(|last| drawn.joins(last));
            if shape || !joins {
                self.run(&run, top);
                run.clear();
            }
            if !shape {
                run.push(drawn);
            }
        }
        self.run(&run, top);
    }

    /// Draws a run of text of one style.
    fn run(&mut self, run: &[&Drawn<'_>], top: f32) {
        let Some(start) = run.iter().position(|drawn| !drawn.unseen()) else {
            return;
        };
        let end = run.iter().rposition(|drawn| !drawn.unseen()).unwrap_or(start);
        let run = &run[start..=end];
        let (first, last) = (run[0], run[run.len() - 1]);
        let (left, length) = (first.left(), last.left() + last.width() - first.left());
        let mut style = String::new();
        for (modifier, attribute) in [
            (Modifier::BOLD, r#" font-weight="700""#),
            (Modifier::ITALIC, r#" font-style="italic""#),
            (Modifier::UNDERLINED, r#" text-decoration="underline""#),
            (Modifier::CROSSED_OUT, r#" text-decoration="line-through""#),
        ] {
            if first.font().contains(modifier) {
                style.push_str(attribute);
            }
        }
        let text: String =
            run.iter().map(|drawn| if drawn.blank() { " " } else { drawn.symbol }).collect();
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (y, color) = (top + BASELINE, hex(first.color));
        let _ = writeln!(
            self.text,
            r#"<text x="{left}" y="{y}" textLength="{length}" fill="{color}"{style}>{text}</text>"#,
        );
    }

    /// Draws what must join its neighbours; false if it is not of that kind.
    fn shape(&mut self, drawn: &Drawn<'_>, top: f32) -> bool {
        let mut chars = drawn.symbol.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else {
            return false;
        };
        match c {
            '▀'..='▟' => {
                let (opacity, parts) = block(c);
                for (x, y, width, height) in parts {
                    let (left, top) = (drawn.left() + x * CELL.0, top + y * CELL.1);
                    let part = (left, top, width * CELL.0, height * CELL.1);
                    self.rect(drawn.color, Layer::Block(opacity), part);
                }
            }
            '\u{2800}'..='\u{28ff}' => self.braille(drawn, u32::from(c) - 0x2800, top),
            _ => match arms(c) {
                Some(arms) => self.lines(drawn, arms, "╭╮╯╰".contains(c), top),
                None => return false,
            },
        }
        true
    }

    fn rect(&mut self, color: Rgb, layer: Layer, (x, y, width, height): (f32, f32, f32, f32)) {
        let (right, bottom) = (x + width, y + height);
        self.path(layer, color, format_args!("M{x} {y}H{right}V{bottom}H{x}z"));
    }

    fn braille(&mut self, drawn: &Drawn<'_>, bits: u32, top: f32) {
        // In quarters of a cell; by bit: three rows of the left column, of the right one, then the fourth row.
        let dots = [
            (1.0, 0.5),
            (1.0, 1.5),
            (1.0, 2.5),
            (3.0, 0.5),
            (3.0, 1.5),
            (3.0, 2.5),
            (1.0, 3.5),
            (3.0, 3.5),
        ];
        for (x, y) in
            dots.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, dot)| dot)
        {
            let (x, y) = (drawn.left() + x * CELL.0 / 4.0, top + y * CELL.1 / 4.0);
            // A line of no length with round ends.
            self.path(Layer::Dots, drawn.color, format_args!("M{x} {y}h0"));
        }
    }

    /// Lines from the edges of the cell to its middle, of the weight each arm has.
    fn lines(&mut self, drawn: &Drawn<'_>, arms: [u8; 4], round: bool, top: f32) {
        let left = drawn.left();
        let (x, y) = (left + MIDDLE.0, top + MIDDLE.1);
        let edges = [(x, top), (left + CELL.0, y), (x, top + CELL.1), (left, y)];
        for weight in [1, 2] {
            let ends = edges.into_iter().zip(arms).filter(|(_, arm)| *arm == weight);
            let ends: Vec<_> = ends.map(|(edge, _)| edge).collect();
            let layer = Layer::Line(weight);
            match ends[..] {
                [(x1, y1), (x2, y2)] if round => {
                    let near = |to: f32, from: f32| from + (to - from).clamp(-MIDDLE.0, MIDDLE.0);
                    let (a, b) = ((near(x1, x), near(y1, y)), (near(x2, x), near(y2, y)));
                    let (ax, ay, bx, by) = (a.0, a.1, b.0, b.1);
                    let path = format_args!("M{x1} {y1}L{ax} {ay}Q{x} {y} {bx} {by}L{x2} {y2}");
                    self.path(layer, drawn.color, path);
                }
                [(x1, y1), (x2, y2)] => {
                    self.path(layer, drawn.color, format_args!("M{x1} {y1}L{x} {y}L{x2} {y2}"));
                }
                _ => {
                    for (x1, y1) in ends {
                        self.path(layer, drawn.color, format_args!("M{x1} {y1}L{x} {y}"));
                    }
                }
            }
        }
    }

    fn path(&mut self, layer: Layer, color: Rgb, path: std::fmt::Arguments<'_>) {
        let _ = self.paths.entry((layer, color)).or_default().write_fmt(path);
    }

    /// The whole picture around a screen of this size.
    fn frame(self, (width, height): (f32, f32), theme: &Theme) -> String {
        let (width, height) = (width + 2.0 * PADDING, height + 2.0 * PADDING);
        let (inner_width, inner_height) = (width - 1.0, height - 1.0);
        let (background, border) = (hex(theme.background), hex(theme.frame));
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" xml:space="preserve" font-family="{FONTS}" font-size="{FONT_SIZE}">
<style>text {{ white-space: pre; font-variant-ligatures: none }}</style>
<rect x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="9.5" fill="{background}" stroke="{border}"/>
<g transform="translate({PADDING} {PADDING})">
"#
        );
        for ((layer, color), path) in self.paths {
            let color = hex(color);
            let how = match layer {
                Layer::Background | Layer::Block(4) => {
                    format!(r#"fill="{color}" shape-rendering="crispEdges""#)
                }
                Layer::Block(quarters) => {
                    let opacity = f32::from(quarters) / 4.0;
                    format!(
                        r#"fill="{color}" fill-opacity="{opacity}" shape-rendering="crispEdges""#
                    )
                }
                Layer::Line(weight) => {
                    format!(r#"fill="none" stroke="{color}" stroke-width="{weight}""#)
                }
                Layer::Dots => {
                    format!(
                        r#"fill="none" stroke="{color}" stroke-width="2.8" stroke-linecap="round""#
                    )
                }
            };
            let _ = writeln!(svg, r#"<path {how} d="{path}"/>"#);
        }
        svg + &self.text + "</g>\n</svg>\n"
    }
}

/// Light and heavy lines: the weights of the arms up, right, down, left.
const LINES: &str = "─0101 │1010 ┌0110 ┐0011 └1100 ┘1001 ├1110 ┤1011 ┬0111 ┴1101 ┼1111 ╭0110 ╮0011 \
    ╯1001 ╰1100 ╴0001 ╵1000 ╶0100 ╷0010 ━0202 ┃2020 ┏0220 ┓0022 ┗2200 ┛2002 ┣2220 ┫2022 ┳0222 \
    ┻2202 ╋2222 ╸0002 ╹2000 ╺0200 ╻0020";

/// The weights of a line's arms, if it is one that is drawn as a shape.
fn arms(c: char) -> Option<[u8; 4]> {
    let arms = LINES.split(' ').find_map(|line| line.strip_prefix(c))?;
    arms.as_bytes().try_into().ok().map(|digits: [u8; 4]| digits.map(|digit| digit - b'0'))
}

/// A block element: quarters of opacity, and what it fills in parts of a cell as left, top, width, height.
fn block(c: char) -> (u8, Vec<(f32, f32, f32, f32)>) {
    let eighths = |from: char| {
        f32::from(u8::try_from(u32::from(c).abs_diff(u32::from(from))).unwrap_or(8)) / 8.0
    };
    // By the bits of a mask: upper left, upper right, lower left, lower right.
    let quadrants = |mask: u8| {
        let places = [(1, 0.0, 0.0), (2, 0.5, 0.0), (4, 0.0, 0.5), (8, 0.5, 0.5)];
        let filled = places.into_iter().filter(|(bit, ..)| mask & bit != 0);
        filled.map(|(_, x, y)| (x, y, 0.5, 0.5)).collect()
    };
    let full = vec![(0.0, 0.0, 1.0, 1.0)];
    match c {
        '░' => (1, full),
        '▒' => (2, full),
        '▓' => (3, full),
        '▁'..='█' => (4, vec![(0.0, 1.0 - eighths('▀'), 1.0, eighths('▀'))]),
        '▉'..='▏' => (4, vec![(0.0, 0.0, eighths('▐'), 1.0)]),
        '▀' => (4, quadrants(0b0011)),
        '▐' => (4, quadrants(0b1010)),
        '▔' => (4, vec![(0.0, 0.0, 1.0, 0.125)]),
        '▕' => (4, vec![(0.875, 0.0, 0.125, 1.0)]),
        _ => (4, quadrants([4, 8, 1, 13, 9, 7, 11, 2, 6, 14][(c as usize - '▖' as usize) % 10])),
    }
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ratatui::layout::Rect;
    use ratatui::style::{Style, Styled, Stylize};
    use ratatui::symbols::Marker;
    use ratatui::text::{Line, Span};
    use ratatui::widgets::canvas::{Canvas, Line as Stroke};
    use ratatui::widgets::{Block, BorderType, Paragraph, Sparkline, Widget};

    use super::*;

    /// The pictures of one line, without the frame.
    fn drawn<'a>(line: impl Into<Line<'a>>) -> Vec<String> {
        let picture = svg(&Buffer::with_lines([line.into()]), true);
        let drawn = |line: &&str| line.starts_with("<path") || line.starts_with("<text");
        picture.lines().filter(drawn).map(str::to_owned).collect()
    }

    #[test]
    fn text_is_in_runs_that_keep_their_columns() {
        let text = |x, length, text| {
            format!(r##"<text x="{x}" y="15" textLength="{length}" fill="#d3dae3">{text}</text>"##)
        };
        assert_eq!(drawn("  a  b&c "), [text(18, 54, "a  b&amp;c")]);
        assert_eq!(drawn("日本x"), [text(0, 18, "日"), text(18, 18, "本"), text(36, 9, "x")]);
        assert_eq!(drawn("a->b"), [text(0, 18, "a-"), text(18, 18, "&gt;b")]);
        assert_eq!(drawn("   "), [""; 0]);
    }

    #[test]
    fn styles_are_drawn() {
        let only = |span: Span<'static>| drawn(span).concat();
        assert!(only("a".bold().italic()).contains(r#" font-weight="700" font-style="italic">a<"#));
        assert!(only(" ".underlined()).contains(r#" text-decoration="underline"> <"#));
        assert!(only("a".fg(Color::Rgb(1, 2, 255))).contains("#0102ff"));
        assert!(only("a".dim()).contains("#858b93"));
        assert!(only("a".fg(Color::Indexed(196))).contains("#ff0000"));
        assert_eq!(only("a".hidden()), "");
        let reversed = drawn("日".red().reversed());
        assert!(reversed[0].ends_with(r#"d="M0 0H18V20H0z"/>"#) && reversed[0].contains("#f0737d"));
        assert!(reversed[1].contains("#10151d"));
    }

    #[test]
    fn what_must_join_is_drawn_as_shapes() {
        let path = |text: &str| drawn(text).concat().split('"').rev().nth(1).map(str::to_owned);
        assert_eq!(path("▂█").as_deref(), Some("M0 15H9V20H0zM9 0H18V20H9z"));
        assert_eq!(
            path("▌▞").as_deref(),
            Some("M0 0H4.5V20H0zM13.5 0H18V10H13.5zM9 10H13.5V20H9z")
        );
        assert_eq!(path("⢁").as_deref(), Some("M2.25 2.5h0M6.75 17.5h0"));
        assert_eq!(path("─┘").as_deref(), Some("M9 9.5L4.5 9.5L0 9.5M13.5 0L13.5 9.5L9 9.5"));
        assert_eq!(path("╭").as_deref(), Some("M9 9.5L9 9.5Q4.5 9.5 4.5 14L4.5 20"));
    }

    /// A screen with a bit of everything, to be looked at where tests leave their files.
    #[test]
    fn a_screen_gives_the_same_bytes_each_time() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 64, 17));
        let all = (0..16).map(|i| Span::raw("Ab").set_style(Style::new().fg(Color::Indexed(i))));
        let text = vec![
            Line::from(vec!["19:02:11 ".dim(), "tcp_local".cyan(), " -> ".dim(), "ims-ms".green()]),
            Line::from(vec![
                "a@b.example ".bold(),
                "<c&d@e.example> ".italic(),
                "under".underlined(),
            ]),
            Line::from(vec![
                "日本語 한국어 ".yellow(),
                "^[".red().reversed(),
                "[2J Größe → … ✓".into(),
            ]),
            Line::from(" selected row  != == --> ".black().on_light_blue()),
            Line::from(all.collect::<Vec<_>>()),
            Line::from("░░▒▒▓▓██ ▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉█ ▀▄▌▐▔▕ ▖▗▘▙▚▛▜▝▞▟"),
            Line::from("┌─┬┐ ┏━┳┓ ╔═╦╗ ╴╵╶╷ ╸╹╺╻ ┄┆ ▲▼ ● ▶ ║█║"),
            Line::from("└─┴┘ ┗━┻┛ ╚═╩╝"),
        ];
        let block = Block::bordered().border_style(Style::new().dark_gray()).title(" entries ");
        let area = Rect::new(0, 0, 64, 11);
        let block = block.border_type(BorderType::Rounded);
        Paragraph::new(text).block(block).render(area, &mut buffer);
        let rates =
            [0, 1, 3, 7, 12, 30, 44, 52, 40, 33, 21, 20, 18, 35, 60, 64, 61, 40, 22, 11, 4, 2];
        let block = Block::bordered().title(" rate ");
        let area = Rect::new(0, 11, 31, 6);
        Sparkline::default().data(rates).green().block(block).render(area, &mut buffer);
        let stroke = Stroke::new(0.0, 2.0, 60.0, 14.0, Color::LightMagenta);
        Canvas::default()
            .marker(Marker::Braille)
            .x_bounds([0.0, 62.0])
            .y_bounds([0.0, 16.0])
            .block(Block::bordered().border_type(BorderType::Thick).title(" delay "))
            .paint(|context| context.draw(&stroke))
            .render(Rect::new(32, 11, 32, 6), &mut buffer);
        for (dark, name) in [(true, "screen-dark.svg"), (false, "screen-light.svg")] {
            let picture = svg(&buffer, dark);
            assert_eq!(picture, svg(&buffer, dark));
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            std::fs::write(path, picture).expect("a file in the directory for tests");
        }
    }
}
