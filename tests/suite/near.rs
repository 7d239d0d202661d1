//! What is offered in place of an id that does not exist.

use crate::cases;
use dropout_oracle::conform::cases::near;

/// The ids of all cases that look most like `pattern`, the likeliest first.
fn offered(pattern: &str) -> Vec<String> {
    let ids: Vec<String> = cases::files().into_iter().map(|(id, _)| id).collect();
    near(pattern, &ids).split(", ").map(String::from).collect()
}

#[test]
fn an_id_with_a_slip_leads_to_the_right_one() {
    for (what, pattern, id) in [
        ("a letter is missing", "exact/by-hnd", "exact/by-hand"),
        ("two letters are swapped", "shapes/tahn-2x4x3", "shapes/tanh-2x4x3"),
        ("another sign joins the words", "exact/by_hand", "exact/by-hand"),
        ("the family is missing", "by-hand", "exact/by-hand"),
        ("the family is another", "cases/tanh-2x4x3", "shapes/tanh-2x4x3"),
        ("the words are in another order", "exact/hand-by", "exact/by-hand"),
        ("a glob matches nothing", "exact/by-hands*", "exact/by-hand"),
    ] {
        assert_eq!(offered(pattern)[0], id, "{what}: {pattern}");
    }
}

#[test]
fn a_family_with_a_slip_leads_to_its_cases() {
    for (pattern, family) in
        [("activation/*", "activations/"), ("coupled*/", "coupled/"), ("*shape/*", "shapes/")]
    {
        let offered = offered(pattern);
        assert!(offered.len() == 3 && offered.iter().all(|id| id.starts_with(family)), "{offered:?}");
    }
}

#[test]
fn three_ids_at_most_are_offered_and_equals_stay_in_their_order() {
    let ids = ["b", "a", "c", "d"].map(String::from);
    assert_eq!(near("nothing like them", &ids), "b, a, c");
    assert_eq!(near("", &ids), "b, a, c");
    assert_eq!(near("x", &ids[..1]), "b");
    assert_eq!(near("x", &[]), "");
}
