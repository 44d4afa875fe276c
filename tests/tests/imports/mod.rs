//! Finds out which modules of its crate a source file names.

/// A source file of a crate.
pub(crate) struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The file at `path` below the crate's `src`, with this text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.replace('\\', "/"), text: code(text) }
    }

    /// Where the file stands, below the crate's `src`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The module directly below the crate's root that the file belongs to.
    pub(crate) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The first name of every path that begins at the crate's root, or leads out there through `super`.
    pub(crate) fn imports(&self) -> Vec<&str> {
        let from_root = starts(&self.text, "crate").map(|tail| (tail, 0));
        let from_here = starts(&self.text, "super").map(|tail| (tail, self.depth() - 1));
        from_root.chain(from_here).flat_map(|(tail, depth)| firsts(tail, depth)).collect()
    }

    /// How many modules stand around the file's code.
    fn depth(&self) -> usize {
        let names = self.path.split('/').filter(|name| *name != "mod.rs");
        names.count()
    }
}

/// Without comments, and without the tests at the bottom.
fn code(text: &str) -> String {
    let without_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    without_tests.lines().map(without_comment).collect::<Vec<_>>().join("\n")
}

/// Two slashes behind a colon are a URL's.
fn without_comment(line: &str) -> &str {
    let mut starts = line.match_indices("//").map(|(at, _)| at);
    let start = starts.find(|&at| !line[..at].ends_with(':'));
    &line[..start.unwrap_or(line.len())]
}

/// What stands behind each path that begins with `root`.
fn starts<'a>(text: &'a str, root: &'static str) -> impl Iterator<Item = &'a str> {
    text.match_indices(root).filter_map(move |(at, _)| {
        let before = text[..at].trim_end();
        let goes_on = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_inside = before.ends_with("::");
        text[at + root.len()..].strip_prefix("::").filter(|_| !goes_on && !is_inside)
    })
}

/// The names at the crate's root that a path leads to, whose rest is `tail`, `depth` modules below the root.
fn firsts(tail: &str, depth: usize) -> Vec<&str> {
    let tail = tail.trim_start();
    if let Some(inside) = tail.strip_prefix('{') {
        return group(inside).into_iter().flat_map(|item| firsts(item, depth)).collect();
    }
    let end = tail.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tail.len());
    let (name, rest) = tail.split_at(end);
    match rest.trim_start().strip_prefix("::") {
        Some(rest) if name == "super" && depth > 0 => firsts(rest, depth - 1),
        _ if depth > 0 => Vec::new(),
        _ if tail.is_empty() => Vec::new(),
        _ if name.is_empty() => vec![&tail[..tail.len().min(1)]],
        _ => vec![name],
    }
}

/// The items of a braced group whose inside begins `text`.
fn group(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                items.push(text[start..at].trim());
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}
