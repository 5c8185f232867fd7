//! Header: reader status, counts of matching entries, rates, and a sparkline of the last minute.

use super::{Theme, text};
use crate::stats::CountBucket;
use crate::text::CharsetMode;
use crate::tui::app::App;
use crate::tui::app::labels;
use crate::tui::app::labels::Severity;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Sparkline, SparklineBar};

/// Width of the program's name, and of the redaction label.
const NAME: u16 = 7;
const REDACTED: u16 = 9;
/// Seconds over which rates are measured.
const RATE: u32 = 10;
/// Minimum number of seconds in the sparkline.
const BARS: usize = 60;

pub(super) fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let line = |row: u16| Rect { y: area.y + row, height: 1, ..area };
    let title = usize::from(NAME + if app.redactor().is_some() { REDACTED } else { 0 });
    let mut totals = totals(app, theme, labels::number);
    if title + totals.width() > usize::from(area.width) {
        totals = self::totals(app, theme, |count| labels::format_count(count as usize));
    }
    let width = u16::try_from(totals.width()).unwrap_or(area.width).min(area.width);
    let left = Rect { width: area.width - width, ..line(0) };
    reading(app, theme, frame, left);
    frame.render_widget(totals, Rect { x: left.right(), width, ..line(0) });
    if area.height > 1 {
        rates(app, theme, frame, line(1));
    }
}

fn reading(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut spans = Vec::new();
    let mut room = area.width;
    let redacted = app.redactor().is_some();
    // Redaction must always be visible.
    if !redacted || room >= NAME + REDACTED {
        spans.push(text::label("mtatop ", theme.accent));
        room = room.saturating_sub(NAME);
    }
    if redacted {
        spans.extend([text::label("REDACTED", theme.strong), text::label(" ", theme.plain)]);
        room = room.saturating_sub(REDACTED);
    }
    let room = usize::from(room);
    let status = status(app, theme, room);
    let room = room.saturating_sub(status.width() + 2);
    let name = app.show(&app.reading().name);
    // The end of a path is its most informative part.
    let name = if name.width() <= room {
        name
    } else {
        app.show(base_name(&app.reading().name)).clip(room)
    };
    if name.width() > 0 {
        spans.extend(text::spans(&name, theme.strong, theme));
        spans.push(text::label("  ", theme.plain));
    }
    spans.extend(status.spans);
    frame.render_widget(text::line(spans), area);
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or(path)
}

/// Reader and screen status. The lowest ranks are dropped first when space is short; the filter bar
/// repeats some of them.
fn status(app: &App, theme: &Theme, room: usize) -> Line<'static> {
    let reading = app.reading();
    let late = |words| text::label(words, theme.tone(Severity::Warning));
    let state = state(app, theme);
    let mut parts = vec![(0, state.clone())];
    let progress = app.progress().map(|(word, percent)| format!("{word} {percent} %"));
    if let Some(words) = progress.filter(|words| *words != state.content) {
        parts.push((1, late(format!("  {words}"))));
    }
    if reading.behind > LOADING && app.frozen().is_none() {
        let entries = labels::format_count(app.index().rows().len());
        parts.push((6, late(format!(" · {entries} entries"))));
        let left = reading.remaining.map(|left| format!(" · {} left", labels::format_eta(left)));
        parts.extend(left.map(|left| (4, late(left))));
    }
    if app.alphabet() == CharsetMode::Ascii {
        parts.push((1, late("  non-ASCII escaped".to_owned())));
    }
    let unparsed = app.total_tally().totals().unparsed;
    if unparsed > 0 {
        let words = format!("  unparsed {}", labels::number(unparsed));
        parts.push((2, text::label(words, theme.tone(Severity::Error))));
    }
    if let Some((held, all)) = app.retained() {
        let words = format!(
            "  newest {} of {} in memory",
            labels::format_count(held),
            labels::format_count(all)
        );
        parts.push((3, text::label(words, theme.dim)));
    }
    if reading.partial > 0 && reading.behind == 0 {
        let words = format!("  +{} unfinished", labels::bytes(reading.partial));
        parts.push((5, text::label(words, theme.dim)));
    }
    let width =
        |parts: &[(u8, Span<'_>)]| parts.iter().map(|(_, part)| part.width()).sum::<usize>();
    while parts.len() > 1 && width(&parts) > room {
        let least = parts.iter().map(|(rank, _)| *rank).max();
        parts.retain(|(rank, _)| Some(*rank) != least);
    }
    text::line(parts.into_iter().map(|(_, part)| part))
}

/// Unread bytes above which the header reports them.
const LOADING: u64 = 1_000_000;

/// Main status word.
fn state(app: &App, theme: &Theme) -> Span<'static> {
    let reading = app.reading();
    let total = reading.read + reading.behind;
    let number = |new: usize| labels::number(new as u64);
    if let Some(why) = app.stopped() {
        return text::label(
            format!("reader stopped: {} (q to quit)", app.alphabet().restrict(why)),
            theme.tone(Severity::Error),
        );
    }
    let late = if let Some(new) = app.frozen() {
        format!("‖ frozen +{}", number(new))
    } else if reading.behind > LOADING && reading.behind * 20 > total {
        format!("loading {} %", reading.read * 100 / total.max(1))
    } else if reading.behind > LOADING {
        format!("behind {}", labels::bytes(reading.behind))
    } else if let Some(state) = &reading.state {
        app.alphabet().restrict(state)
    } else if let Some(news) = app.latest_event() {
        // A single file is already named.
        let name = if news.path == reading.name { &[][..] } else { base_name(&news.path) };
        format!("{} {}", app.alphabet().plain(name), app.alphabet().restrict(&news.text))
            .trim_start()
            .to_owned()
    } else if let Some((word, percent)) = app.progress() {
        format!("{word} {percent} %")
    } else if let Some(new) = app.paused() {
        format!("paused +{}", number(new))
    } else if app.index().rows().is_empty() {
        "no entries yet".to_owned()
    } else {
        return text::label("following", theme.tone(Severity::Good));
    };
    text::label(late, theme.tone(Severity::Warning))
}

/// Counts of matching entries by action letter.
fn totals(app: &App, theme: &Theme, number: impl Fn(u32) -> String) -> Line<'static> {
    let counts = app.tally().totals().counts;
    let letters = [
        ("E", counts.enqueued, Severity::Plain),
        ("D", counts.delivered, Severity::Good),
        ("Q", counts.deferred, Severity::Warning),
        ("R", counts.failed, Severity::Error),
        ("J", counts.rejected, Severity::Error),
    ];
    let spans = letters.into_iter().flat_map(|(letter, count, tone)| {
        [
            text::label(format!(" {letter} "), theme.dim),
            text::label(number(count), theme.count(count, tone)),
        ]
    });
    text::line(spans)
}

fn rates(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let sum = app.tally().recent().sum(app.now(), RATE.into());
    let rates = [
        ("D", "delivered", sum.delivered, Severity::Good),
        ("Q", "deferred", sum.deferred, Severity::Warning),
        ("R", "failed", sum.failed, Severity::Error),
    ];
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (letter, word, count, tone) in rates {
        let rate = f64::from(count) / f64::from(RATE);
        // On a narrow screen the letters of the line above suffice.
        let words = if area.width < 100 { letter } else { word };
        spans.push(text::label(format!("{rate:.1}/s"), theme.count(count, tone)));
        spans.push(text::label(format!(" {words}  "), theme.dim));
    }
    spans.extend(outcome_shares(app, theme));
    let open = app.open_connections();
    spans.push(text::label(
        format!("{open} open  "),
        if open > 0 { theme.strong } else { theme.dim },
    ));
    let line = text::line(spans);
    let used = u16::try_from(line.width()).unwrap_or(area.width).min(area.width);
    frame.render_widget(line, area);
    bars(app, theme, frame, Rect { x: area.x + used, width: area.width - used, ..area });
}

/// Failure share of the last minute, and of the hour before it.
fn outcome_shares(app: &App, theme: &Theme) -> [Span<'static>; 4] {
    const NOW: i64 = 60;
    let recent = app.tally().recent();
    let (now, before) = (recent.sum(app.now(), NOW), recent.before(app.now(), NOW));
    let words = |share: Option<u32>| share.map_or("-".to_owned(), |it| labels::tenths(it.into()));
    let (now, before) = (now.failed_of_1000(), before.failed_of_1000());
    let tone = match (now, before) {
        (None | Some(0), _) => Severity::Good,
        (Some(now), Some(before)) if now > 2 * before => Severity::Error,
        _ => Severity::Warning,
    };
    [
        text::label("fail ", theme.dim),
        text::label(format!("{} %", words(now)), theme.tone(tone)),
        text::label(format!(" hour {} %", words(before)), theme.dim),
        text::label("  ", theme.plain),
    ]
}

/// Deliveries per second, newest at the right; a bar takes the failure colour where failures
/// outnumber deliveries.
fn bars(app: &App, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    const LABEL: u16 = 6;
    let room = usize::from(area.width.saturating_sub(LABEL));
    if room < 8 {
        return;
    }
    let step = BARS.div_ceil(room).max(1);
    let columns = room.min(120);
    let bar = |column: usize| {
        let seconds =
            (column * step..(column + 1) * step).filter_map(|ago| i64::try_from(ago).ok());
        let sum: CountBucket =
            seconds.map(|ago| app.tally().recent().second(app.now(), ago + 1)).sum();
        let not_delivered = sum.deferred + sum.failed + sum.rejected;
        let tone = if not_delivered == 0 {
            Severity::Good
        } else if not_delivered < sum.delivered {
            Severity::Warning
        } else {
            Severity::Error
        };
        SparklineBar::from(u64::from(sum.delivered + not_delivered)).style(Some(theme.tone(tone)))
    };
    let bars: Vec<SparklineBar> = (0..columns).rev().map(bar).collect();
    let span = format!("{:>5}", labels::age((columns * step) as u64 * 1_000));
    let width = u16::try_from(columns).unwrap_or(0);
    let place = Rect { x: area.right() - LABEL - width, width, ..area };
    frame.render_widget(Sparkline::default().data(bars), place);
    text::draw_label(
        frame,
        Rect { x: area.right() - LABEL, width: LABEL, ..area },
        span,
        theme.dim,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Batch, TextLocation};
    use crate::log::parse::Parser;
    use crate::tui::app::Msg;
    use crate::tui::theme::Palette;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn drawn(app: &App) -> String {
        let mut terminal = Terminal::new(TestBackend::new(100, 1)).unwrap();
        let theme = Theme::new(Palette::Mono);
        terminal.draw(|frame| draw(app, &theme, frame, frame.area())).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn it_says_how_much_of_the_log_is_held() {
        let text =
            b"19-Feb-1998 10:00:00 tcp_local D 1 x@x.org rfc822;y@a.org y@a.org q/ZZ1.00 <i@d>";
        let mut app = App::new("").within(0);
        for (batches, words) in [(1, None), (5, Some("newest 44 of 300 in memory"))] {
            for _ in 0..batches {
                let mut batch = Batch::new(app.index().keys());
                for _ in 0..50 {
                    let place = TextLocation { source: 0, offset: 0 };
                    batch.push(place, text.len(), &Parser::default().entry(text));
                }
                app.update(Msg::Batch(batch));
            }
            app.refresh();
            let header = drawn(&app);
            assert_eq!(header.contains("in memory"), words.is_some(), "{header}");
            assert!(header.contains(words.unwrap_or("D 50")), "{header}");
        }
        assert!(drawn(&app).contains("D 44"), "{}", drawn(&app));
    }
}
