//! The modules of `thrads-core` import one way: each uses what stands above it in its design, and the small helpers.
//!
//! Reads the sources as text: `crate::` paths and `super::` paths that leave a module, in `use` items, in re-exports
//! and in the code between. Comments and the tests at a file's bottom are left out.

mod imports;

use imports::Source;
use std::path::{Path, PathBuf};

#[test]
fn imports_run_one_way() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../thrads-core/src");
    let sources = sources(&root);
    let imports: usize = sources.iter().map(|source| source.imports().len()).sum();
    assert!(imports > 60, "only {imports} imports were found in {} sources", sources.len());
    let wrong: Vec<_> = sources.iter().flat_map(wrong_imports).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place() {
    for source in sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../thrads-core/src")) {
        let module = source.module();
        assert!(place(module).is_some(), "{module} is neither a stage nor a helper");
    }
}

#[test]
fn an_import_against_the_flow_is_found() {
    for text in [
        "use crate::session::Session;",
        "use crate::{config::Family, session::Session};",
        "use crate::{config::{Family, ApiKey}, time::{Instant,\n    Millis}, session};",
        "use super::super::session::Session;",
        "pub(crate) use crate::session::*;",
        "fn f() { crate::session::f(); }",
        "fn f(session: &crate::session::Session) {}",
        "use crate::target::Target;use crate::session::Session;",
        "const A: &str = \"https://a.example\"; use crate::session::Session;",
        "use crate::unheard_of::A;",
        "use crate::Session;",
        "use crate::*;",
    ] {
        let source = Source::new("request/bid.rs", text);
        assert_eq!(wrong_imports(&source).len(), 1, "{text}");
    }
    let helper =
        Source::new("json/read.rs", "use crate::request::Request;\nuse super::text::Text;");
    assert_eq!(wrong_imports(&helper).len(), 1);
    let leaving = Source::new("target.rs", "use super::request::Request;");
    assert_eq!(wrong_imports(&leaving).len(), 1);
}

#[test]
fn an_import_with_the_flow_is_let_through() {
    for text in [
        "use crate::conversation::{Conversation, Message};\nuse crate::error::ConfigError;",
        "use super::body::{Child, Node};\nuse super::user_id;\nuse core::fmt;",
        "use crate::request::end_user::EndUser;",
        "//! See [`Session`](crate::session::Session).\n/// And [`card`](crate::card).",
        "#[cfg(test)]\nmod tests {\n    use crate::session::Session;\n}",
    ] {
        let source = Source::new("request/bid.rs", text);
        assert_eq!(wrong_imports(&source), Vec::<String>::new(), "{text}");
    }
}

/// The imports of `source` that its place forbids, each in a line.
fn wrong_imports(source: &Source) -> Vec<String> {
    let from = source.module();
    let is_allowed = |to: &str| match (place(from), place(to)) {
        _ if from == to => true,
        (Some(Place::Stage(from)), Some(Place::Stage(to))) => to < from,
        (Some(_), Some(Place::Helper)) => true,
        _ => false,
    };
    source
        .imports()
        .into_iter()
        .filter(|to| !is_allowed(to))
        .map(|to| format!("{}: {from} may not use {to}", source.path()))
        .collect()
}

enum Place {
    Stage(usize),
    Helper,
}

fn place(module: &str) -> Option<Place> {
    match STAGES.iter().position(|stage| *stage == module) {
        Some(at) => Some(Place::Stage(at)),
        None => HELPERS.contains(&module).then_some(Place::Helper),
    }
}

/// All sources but the crate's root, which names every module.
fn sources(root: &Path) -> Vec<Source> {
    let mut folders = vec![root.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                if name != "lib.rs" {
                    sources.push(Source::new(&name, &std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    sources
}

/// Each may use those before it.
const STAGES: [&str; 13] = [
    "conversation",
    "pacing",
    "request",
    "ad",
    "response",
    "render",
    "tracking",
    "session",
    "snapshot",
    "transport",
    "client",
    "settings",
    "format",
];
/// For all to use; they use one another only.
const HELPERS: [&str; 8] =
    ["config", "consent", "error", "head", "json", "redact", "target", "time"];
