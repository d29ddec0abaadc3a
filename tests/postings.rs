//! Sets of slots kept in step with thousands of changes say the same as a judge that looks at every
//! record.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::pair::Pair;
use support::{Random, object};
use vecino::engine::json::Json;

fn string(text: &str) -> Json {
    Json::String(text.into())
}

fn list(items: &[Json]) -> Json {
    Json::Array(items.to_vec())
}

const WORDS: [&str; 6] = ["red", "green", "blue", "", "r", "größer"];

/// Keys with few values, with all values different, with ascending ones, and lists of both.
fn metadata(random: &mut Random, time: i64) -> Json {
    let number = Json::Int(random.below(1_000_000) as i64 - 500_000);
    let fraction = Json::Float(f64::from(random.number()) * 1e9);
    let word = |random: &mut Random| string(WORDS[random.below(6)]);
    let tags: Vec<Json> = (0..=random.below(3)).map(|_| word(random)).collect();
    let marks: Vec<Json> = (0..=random.below(3)).map(|_| Json::Int(time % 977)).collect();
    let unique = string(&format!("unique {time}"));
    object(&[
        ("time", Json::Int(time)),
        ("word", if random.below(4) == 0 { Json::Null } else { word(random) }),
        ("number", if random.below(2) == 0 { number } else { fraction }),
        ("flag", Json::Bool(random.below(9) == 0)),
        ("tags", Json::Array(tags)),
        ("marks", Json::Array(marks)),
        ("unique", unique),
        (
            "mixed",
            match random.below(5) {
                0 => Json::Null,
                1 => word(random),
                2 => list(&[word(random)]),
                3 => Json::Bool(true),
                _ => Json::Int(random.below(5) as i64),
            },
        ),
    ])
}

fn clause(random: &mut Random, time: i64) -> Json {
    let before = Json::Int(time - random.below(4_000) as i64);
    let number = Json::Float(f64::from(random.number()) * 5e5);
    let ordered = ["$gt", "$gte", "$lt", "$lte"][random.below(4)];
    let sign = random.below(2);
    let equal = ["$eq", "$ne"][sign];
    let contains = ["$contains", "$not_contains"][sign];
    let word = string(WORDS[random.below(6)]);
    let (key, operator, operand) = match random.below(9) {
        0 => ("time", ordered, before),
        1 => ("time", equal, before),
        2 => ("number", ordered, number),
        3 => ("word", equal, word),
        4 => ("flag", equal, Json::Bool(random.below(2) == 0)),
        5 => ("tags", contains, word),
        6 => ("marks", contains, Json::Int(random.below(977) as i64)),
        7 => ("mixed", ["$in", "$nin"][sign], list(&[Json::Int(1), Json::Int(3)])),
        _ => ("unique", equal, string(&format!("unique {}", time - random.below(2_000) as i64))),
    };
    object(&[(key, object(&[(operator, operand)]))])
}

#[test]
fn sets_of_slots_agree_with_the_judge_after_thousands_of_puts_and_takes() {
    let mut random = Random(5);
    let mut pair = Pair::new();
    let (mut time, mut telling, mut asked) = (0, 0, 0);
    for round in 0..60 {
        // Grow, churn, and shrink to almost nothing, so that every form of a set is left and entered.
        let deletes = match round {
            0..25 => 20,
            25..40 => 150,
            _ => 400,
        };
        let ids: Vec<String> = (0..deletes).map(|_| format!("r{}", random.below(6_000))).collect();
        pair.delete(ids);
        let mut ids: Vec<String> = (0..150).map(|_| format!("r{}", random.below(6_000))).collect();
        ids.sort_unstable();
        ids.dedup();
        let metadatas = ids.iter().map(|_| {
            time += 1;
            metadata(&mut random, time)
        });
        let metadatas = metadatas.collect();
        pair.upsert(&ids, &vec![None; ids.len()], metadatas);
        for _ in 0..10 {
            let found = pair.check(&clause(&mut random, time));
            let (one, other) = (clause(&mut random, time), clause(&mut random, time));
            pair.check(&object(&[(["$and", "$or"][random.below(2)], list(&[one, other]))]));
            telling += usize::from(found > 0 && found < pair.rows.len());
            asked += 1;
        }
    }
    assert!(telling * 2 > asked, "only {telling} of {asked} clauses select some and not all");
    let everything: Vec<String> = pair.rows.iter().map(|row| row.id.clone()).collect();
    pair.delete(everything);
    assert_eq!(pair.check(&object(&[("time", object(&[("$gt", Json::Int(0))]))])), 0);
    assert_eq!(pair.check(&object(&[("word", object(&[("$ne", string("red"))]))])), 0);
}
