//! Payloads of the events that start jobs.

use serde_json::Value;

/// The payloads of `event` that say what `ours` says: GitHub's own examples with our values laid over them,
/// where `SHELFLIFE_EVENTS` names a folder of them (`tests/events/run`), else `ours` alone.
pub fn payloads(event: &str, ours: &Value) -> Vec<Value> {
    let Some(folder) = std::env::var_os("SHELFLIFE_EVENTS") else { return vec![ours.clone()] };
    let file = std::path::Path::new(&folder).join(format!("{event}.json"));
    let examples: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(!examples.is_empty());
    examples
        .into_iter()
        .map(|mut example| {
            lay(&mut example, ours);
            example
        })
        .collect()
}

fn lay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay(under.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
