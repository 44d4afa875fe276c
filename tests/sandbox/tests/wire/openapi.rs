//! `/openapi.json` against the code: what it describes is there, its examples serve, and each status it
//! names is met. `tests/openapi/run.sh` holds the answers' bodies against its schemas.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thrads_sandbox::{Config, STAGING_KEY, Sandbox};

use crate::client::Call;

fn start(config: Config) -> Sandbox {
    Sandbox::start(Config { direct: true, ..config }).unwrap()
}

fn description(sandbox: &Sandbox) -> Value {
    let answer = Call::new("GET", "/openapi.json").send(sandbox);
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/json")));
    answer.json()
}

struct Operation {
    method: &'static str,
    path: String,
    says: Value,
}

impl Operation {
    fn all(description: &Value) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (name, method) in [("post", "POST"), ("get", "GET")] {
                if let Some(says) = item.get(name) {
                    all.push(Self { method, path: path.clone(), says: says.clone() });
                }
            }
        }
        all
    }

    fn examples(&self) -> Vec<Value> {
        let content = &self.says["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object().map(|named| named.values());
        examples.map_or(Vec::new(), |all| all.map(|named| named["value"].clone()).collect())
    }

    // With the keys of both families, an end user, and every parameter's example.
    fn call(&self, method: &'static str) -> Call {
        let none = Vec::new();
        let parameters = self.says["parameters"].as_array().unwrap_or(&none);
        let example = |parameter: &Value| parameter["example"].as_str().unwrap().to_owned();
        let query = parameters.iter().find(|parameter| parameter["in"] == "query");
        let target = query
            .map_or(self.path.clone(), |token| format!("{}?token={}", self.path, example(token)));
        let call = Call::new(method, &target)
            .field("user-agent", "Kiosk/1.0")
            .field("content-type", "application/json")
            .field("thrads-api-key", STAGING_KEY)
            .field("thrad-api-key", STAGING_KEY);
        let headers = parameters.iter().filter(|parameter| parameter["in"] == "header");
        headers.fold(call, |call, header| {
            call.field(header["name"].as_str().unwrap(), &example(header))
        })
    }

    fn statuses(&self) -> BTreeSet<u16> {
        let named = self.says["responses"].as_object().unwrap().keys();
        named.map(|status| status.parse().unwrap()).collect()
    }

    // Everything this operation can be made to answer without a fault.
    fn met(&self, sandbox: &Sandbox, limited: &Sandbox) -> BTreeSet<u16> {
        let call = || self.call(self.method);
        let good = self.examples().into_iter().next().unwrap_or_default().to_string();
        let stranger = Self { path: format!("{}?token=t", self.path), ..self.without_parameters() };
        let mut feedback = self.examples().into_iter().next().unwrap_or_default();
        feedback["sponsored_prompt_id"] = json!("spq_0");
        let mut calls = vec![
            call().body(good.clone()),
            self.without_parameters().call(self.method).body(json!({"option_id": "0"}).to_string()),
            stranger.call(self.method).body(json!({"option_id": "0"}).to_string()),
            self.call("PATCH"),
        ];
        if self.method == "POST" {
            calls.extend([
                call().without("thrads-api-key").without("thrad-api-key").body(good.clone()),
                call().field("origin", "https://evil.example").body(good.clone()),
                call().body(feedback.to_string()),
                call().body("{}"),
                call().body(b"\xff".to_vec()),
                call().body(vec![b' '; 1024 * 1024 + 1]),
            ]);
        }
        let limited = call().body(good).send(limited).status;
        calls.iter().map(|call| call.send(sandbox).status).chain([limited]).collect()
    }

    fn without_parameters(&self) -> Self {
        let mut says = self.says.clone();
        says.as_object_mut().unwrap().remove("parameters");
        Self { method: self.method, path: self.path.clone(), says }
    }
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn describes_six_operations_and_nothing_by_a_dangling_name() {
    let description = description(&start(Config::default()));
    assert_eq!((&description["openapi"], Operation::all(&description).len()), (&json!("3.1.0"), 6));
    let mut found = BTreeSet::new();
    references(&description, &mut found);
    for reference in &found {
        let target = description.pointer(reference.strip_prefix('#').unwrap());
        assert!(target.is_some(), "{reference}");
    }
    for (kind, named) in description["components"].as_object().unwrap() {
        for name in named.as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(kind == "securitySchemes" || found.contains(&*reference), "{reference}");
        }
    }
}

#[test]
fn serves_every_example() {
    let sandbox = start(Config::default());
    for operation in Operation::all(&description(&sandbox)) {
        for example in operation.examples() {
            let answer = operation.call(operation.method).body(example.to_string()).send(&sandbox);
            assert_eq!(answer.status, 200, "{}: {answer:?}", operation.path);
        }
    }
    let stats = sandbox.stats();
    assert_eq!((stats.requests + stats.openers.requests, stats.votes, stats.feedback), (6, 1, 1));
    assert_eq!(stats.ads + stats.openers.ads, 6);
}

#[test]
fn names_the_statuses_there_are_and_no_others() {
    let limited = start(Config { limit: 0, ..Config::default() });
    for operation in Operation::all(&description(&start(Config::default()))) {
        let sandbox = start(Config { limit: 1000, ..Config::default() });
        // The same seed gives out the same ids, so that those of the first copy are known here too.
        description(&sandbox);
        let (says, met) = (operation.statuses(), operation.met(&sandbox, &limited));
        assert_eq!(met, says, "{}", operation.path);
    }
}

#[test]
fn gives_out_new_ids_with_every_copy() {
    let sandbox = start(Config::default());
    let token = || {
        let description = description(&sandbox);
        let path = &description["paths"]["/api/v1/tracking/sponsored-polls/results"];
        path["get"]["parameters"][0]["example"].as_str().unwrap().to_owned()
    };
    assert_ne!(token(), token());
    assert!(sandbox.log().is_empty());
}
