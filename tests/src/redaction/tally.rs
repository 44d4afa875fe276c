//! What was found of what is labelled, and how many clean lines were touched, as a table.

use super::corpus::{Labelled, Line};
use std::collections::BTreeMap;
use std::fmt;
use thrads_core::{Kind, Kinds, Piece, Redactor};

/// Spans that have to be found, in a hundred.
pub const MIN_RECALL_PERCENT: u32 = 99;
/// Clean lines that may be touched, in a hundred.
pub const MAX_TOUCHED_PERCENT: u32 = 1;

/// Counts by kind and language. A span is found if exactly its bytes are hidden, and as its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    spans: BTreeMap<(usize, String), Share>,
    clean: BTreeMap<String, Share>,
    /// Finds in other lines that nobody labelled.
    extra: u32,
}

/// Some of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    some: u32,
    all: u32,
}

impl Tally {
    /// Counts every line.
    pub fn of(lines: &[Line]) -> Self {
        let mut tally = Self::default();
        lines.iter().for_each(|line| tally.add(line));
        tally
    }

    /// Counts one more line.
    pub fn add(&mut self, line: &Line) {
        let found = found_in(line);
        for span in &line.spans {
            let share = self.spans.entry((place(span.kind), line.language.clone())).or_default();
            share.add(found.contains(span));
        }
        if line.spans.is_empty() {
            self.clean.entry(line.language.clone()).or_default().add(!found.is_empty());
        } else {
            let extra = found.iter().filter(|span| !line.spans.contains(span)).count();
            self.extra += u32::try_from(extra).unwrap_or(u32::MAX);
        }
    }

    /// The counts of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (key, share) in &other.spans {
            self.spans.entry(key.clone()).or_default().merge(*share);
        }
        for (key, share) in &other.clean {
            self.clean.entry(key.clone()).or_default().merge(*share);
        }
        self.extra += other.extra;
        self
    }

    /// Whether recall and clean lines touched are where they have to be, in all. A kind in one language has four to fifteen
    /// spans here, of which one is more than a hundredth: the table shows those.
    pub fn meets_the_goals(&self) -> bool {
        let (found, touched) = (self.found(None, None), self.touched(None));
        found.some * 100 >= found.all * MIN_RECALL_PERCENT
            && touched.some * 100 <= touched.all * MAX_TOUCHED_PERCENT
    }

    fn found(&self, kind: Option<usize>, language: Option<&str>) -> Share {
        let is_own = |(own, spoken): &(usize, String)| {
            kind.is_none_or(|kind| kind == *own)
                && language.is_none_or(|language| language == spoken)
        };
        Share::sum(self.spans.iter().filter(|(key, _)| is_own(key)).map(|(_, share)| *share))
    }

    fn touched(&self, language: Option<&str>) -> Share {
        let is_own = |spoken: &String| language.is_none_or(|language| language == spoken);
        Share::sum(self.clean.iter().filter(|(spoken, _)| is_own(spoken)).map(|(_, share)| *share))
    }

    fn kinds(&self) -> impl Iterator<Item = usize> + '_ {
        (0..Kind::ALL.len()).filter(|kind| self.spans.keys().any(|(own, _)| own == kind))
    }

    fn languages(&self) -> Vec<String> {
        let all = self.spans.keys().map(|(_, language)| language).chain(self.clean.keys());
        let mut languages: Vec<_> = all.cloned().collect();
        languages.sort();
        languages.dedup();
        languages
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let languages = self.languages();
        writeln!(f, "| | {} | all | |", languages.join(" | "))?;
        writeln!(f, "|---|{}", "--:|".repeat(languages.len() + 2))?;
        let mut row = |name: &str, share: &dyn Fn(Option<&str>) -> Share| {
            write!(f, "| {name} |")?;
            languages.iter().try_for_each(|language| write!(f, " {} |", share(Some(language))))?;
            let all = share(None);
            writeln!(f, " {all} | {} |", all.percent())
        };
        for kind in self.kinds() {
            let name = Kind::ALL[kind].marker().trim_matches(['[', ']']);
            row(name, &|language| self.found(Some(kind), language))?;
        }
        row("all found", &|language| self.found(None, language))?;
        row("clean lines touched", &|language| self.touched(language))?;
        if self.extra > 0 {
            writeln!(f, "\nFound in other lines though not labelled: {}", self.extra)?;
        }
        Ok(())
    }
}

impl Share {
    fn add(&mut self, is_one: bool) {
        self.some += u32::from(is_one);
        self.all += 1;
    }

    fn merge(&mut self, other: Self) {
        self.some += other.some;
        self.all += other.all;
    }

    fn sum(shares: impl Iterator<Item = Self>) -> Self {
        shares.fold(Self::default(), |mut sum, share| {
            sum.merge(share);
            sum
        })
    }

    /// With one decimal, rounded down.
    fn percent(self) -> String {
        match (self.some * 1000).checked_div(self.all) {
            Some(permille) => format!("{}.{} %", permille / 10, permille % 10),
            None => "-".to_owned(),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all == 0 { write!(f, "-") } else { write!(f, "{}/{}", self.some, self.all) }
    }
}

/// What to say where the scrubber does not do on a line what its labels ask for.
pub fn difference(line: &Line) -> Option<String> {
    let found = found_in(line);
    let shown = |spans: &[Labelled]| {
        let one =
            |span: &Labelled| format!("{}{}", span.kind.marker(), &line.text[span.range.clone()]);
        spans.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let (wanted, came) = (shown(&line.spans), shown(&found));
    (found != line.spans)
        .then(|| format!("line {}: labelled {wanted}; found {came}; {}", line.number, line.text))
}

/// What the scrubber hides in a line.
fn found_in(line: &Line) -> Vec<Labelled> {
    let names: Vec<_> = line.names.iter().map(String::as_str).collect();
    let redactor = Redactor::new(Kinds::ALL).names(&names);
    let pieces: Vec<_> = redactor.pieces(&line.text).collect();
    let mut found = Vec::new();
    let mut at = 0;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => at += text.len(),
            Piece::Hidden(kind) => {
                // Up to where the next stretch of the text itself begins; those borrow from it.
                let next = pieces[index + 1..].iter().find_map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_ptr() as usize - line.text.as_ptr() as usize),
                    Piece::Hidden(_) => None,
                });
                let end = next.unwrap_or(line.text.len());
                found.push(Labelled { kind: *kind, range: at..end });
                at = end;
            }
        }
    }
    found
}

fn place(kind: Kind) -> usize {
    Kind::ALL.iter().position(|own| *own == kind).unwrap_or(Kind::ALL.len())
}
