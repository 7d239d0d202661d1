//! What must agree with the lists of activations: the schema, the tables in the specs, the catalogue, the zoo,
//! and the layers of examples/subjects.

use crate::sources;
use dropout_oracle::cases::{self, Profile};
use dropout_oracle::grid::Grid;
use dropout_oracle::problem::activation::{Activation, CoupledActivation, PER_UNIT, ScalarActivation};
use dropout_oracle::problem::{Inputs, Problem};
use dropout_oracle::trace::Quantity;
use dropout_oracle::zoo::context::{Memory, RightStep};
use dropout_oracle::zoo::{self, Defect};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The ends of the ids of the family `activations`.
const REGIMES: [&str; 4] = ["moderate", "tiny", "negative", "positive"];

/// Every name that a problem can give, except `per_unit`.
fn names() -> Vec<&'static str> {
    Activation::all().map(|activation| activation.name()).collect()
}

/// `name`, or `name_parameter` for each parameter, as the ids of cases end.
fn labels(scalar: ScalarActivation) -> Vec<String> {
    let text = |x: &f64| x.to_string().replace('-', "minus_").replace('.', "_");
    match scalar.parameters() {
        [] => vec![scalar.name().into()],
        parameters => parameters.iter().map(|x| format!("{}_{}", scalar.name(), text(x))).collect(),
    }
}

#[test]
fn names_are_unique_and_parameters_read_back() {
    let unique: BTreeSet<&str> = names().into_iter().chain([PER_UNIT]).collect();
    assert_eq!(unique.len(), ScalarActivation::ALL.len() + CoupledActivation::ALL.len() + 1);
    for scalar in ScalarActivation::ALL {
        assert_eq!(scalar.parameter().is_some(), !scalar.parameters().is_empty(), "{}", scalar.name());
        assert_eq!(
            scalar.with_parameter(-7.25).parameter().map(|(_, x)| x),
            scalar.parameter().map(|_| -7.25)
        );
        if let Some((key, x)) = scalar.parameter() {
            assert_eq!(scalar.with_parameter(x), scalar);
            assert!(scalar.formula().contains(&format!("{{{key}}}")), "{}", scalar.name());
        }
    }
}

/// A scalar activation in the schema: its name, and its parameter where it takes one.
#[test]
fn the_schema_of_a_case_lists_every_activation() {
    const SCHEMA: &str = "src/fixture/texts/case.schema.json";
    let schema: Value = serde_json::from_str(&sources::read(SCHEMA)).expect("JSON");
    let forms = |definition: &str| schema["$defs"][definition]["oneOf"].as_array().expect("forms").clone();
    let of = |forms: &[Value]| -> BTreeSet<(String, Option<String>)> {
        let form = |form: &Value| {
            let properties = form["properties"].as_object()?;
            let parameter = properties.keys().find(|key| *key != "name").cloned();
            let name = &properties["name"];
            let names = name["enum"].as_array().cloned().unwrap_or_else(|| vec![name["const"].clone()]);
            let named =
                names.into_iter().map(|name| (name.as_str().expect("a name").into(), parameter.clone()));
            Some(named.collect::<Vec<_>>())
        };
        forms.iter().filter_map(form).flatten().collect()
    };
    let scalar = |scalar: ScalarActivation| {
        (scalar.name().to_string(), scalar.parameter().map(|(key, _)| key.to_string()))
    };
    assert_eq!(of(&forms("unit")), ScalarActivation::ALL.map(scalar).into(), "{SCHEMA}");
    let coupled = CoupledActivation::ALL.iter().map(|coupled| (coupled.name().to_string(), None));
    let mix = (PER_UNIT.to_string(), Some("units".to_string()));
    assert_eq!(of(&forms("activation")), coupled.chain([mix]).collect(), "{SCHEMA}");
}

#[test]
fn the_tables_of_the_specs_have_a_row_for_every_activation() {
    let (fixtures, tolerance) = (sources::read("spec/fixtures.md"), sources::read("spec/tolerance.md"));
    let mut missing = Vec::new();
    for activation in Activation::all() {
        let name = activation.name();
        let parameter = activation.scalars().iter().find_map(|scalar| scalar.parameter());
        let json = match parameter {
            Some((key, _)) => format!("| `{{\"name\": \"{name}\", \"{key}\": "),
            None => format!("| `{{\"name\": \"{name}\"}}` |"),
        };
        if !fixtures.lines().any(|line| line.starts_with(&json)) {
            missing.push(format!("spec/fixtures.md: {json}"));
        }
        let first = |line: &str| line.split('|').nth(1).unwrap_or_default().to_string();
        let is_row = |line: &&str| line.starts_with('|') && first(line).contains(&format!("`{name}`"));
        if tolerance.lines().filter(is_row).count() != 1 {
            missing.push(format!("spec/tolerance.md: one row with `{name}`"));
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_catalogue_tests_every_activation_where_it_can_go_wrong() {
    let ids: BTreeSet<String> = cases::entries(Profile::Core).into_iter().map(|entry| entry.id).collect();
    let there = |id: String| assert!(ids.contains(&id), "there is no case {id}");
    for scalar in ScalarActivation::ALL {
        for label in labels(scalar) {
            for regime in REGIMES {
                there(format!("activations/{label}-{regime}"));
            }
        }
        let stem = scalar.name();
        let family = |beginning: &str| ids.iter().any(|id| id.starts_with(&format!("{beginning}-{stem}")));
        if scalar.has_kink() {
            assert!(family("kinks/cancelled") && family("kinks/at_zero_bias"), "{stem}");
        }
        if !scalar.is_piecewise_linear() {
            for beginning in ["sharp/near", "sharp/far", "steep/steep", "range/far_out", "mask/bias_alone"] {
                assert!(family(beginning), "there is no case {beginning}-{stem}");
            }
        }
    }
    for coupled in CoupledActivation::ALL {
        let name = coupled.name();
        for regime in REGIMES {
            there(format!("activations/{name}-{regime}"));
        }
        for upstream in ["one_output", "equal_upstream", "tiny_row"] {
            there(format!("coupled/{name}-{upstream}"));
        }
    }
}

/// A defect of its own changes the results with this activation and with no other.
#[test]
fn the_zoo_has_a_defect_of_every_activation_in_each_pass() {
    let problem = |activation| {
        let inputs = Inputs {
            a: vec![vec![0.5, -1.25], vec![2.0, 0.75], vec![-6.0, 3.0]],
            keep_prob: vec![0.5, 0.75],
            r: vec![vec![1.0; 2]; 3],
            w: vec![vec![1.5, -0.75, 0.25], vec![-0.5, 1.25, 2.0]],
            b: vec![0.25, -0.5, 1.0],
            da_next: vec![vec![1.0, -2.0, 0.5], vec![0.75, 1.5, -1.0], vec![-0.5, 2.5, 1.25]],
        };
        Problem::new(inputs, activation).expect("a valid problem")
    };
    let problems: Vec<Problem> = Activation::all().map(problem).collect();
    let rights: Vec<RightStep<f64>> = problems.iter().map(RightStep::of).collect();
    let results = |defect: &Defect<f64>, quantity| -> Vec<Grid<f64>> {
        let step = |right| defect.step(right, &mut Memory::new())[quantity].clone();
        rights.iter().map(step).collect()
    };
    let differ = |x: &Grid<f64>, y: &Grid<f64>| {
        // Beyond any rounding; what is not a number differs.
        let far = |x: f64, y: f64| x.is_nan() || (x - y).abs() > 1e-9 * (1.0 + y.abs());
        x.cells().iter().zip(y.cells()).any(|(&x, &y)| far(x, y))
    };
    let right = Defect::new("right", 3, "", "");
    let mut missing = Vec::new();
    for (equation, quantity) in [(5, Quantity::ANext), (38, Quantity::Dz)] {
        let right = results(&right, quantity);
        let own: BTreeSet<usize> = zoo::all::<f64>()
            .iter()
            .filter(|defect| defect.equation == equation)
            .filter_map(|defect| {
                let wrong = results(defect, quantity);
                let changed: Vec<usize> =
                    (0..right.len()).filter(|&g| differ(&wrong[g], &right[g])).collect();
                (changed.len() == 1).then(|| changed[0])
            })
            .collect();
        let lacking =
            names().into_iter().enumerate().filter(|(g, name)| !own.contains(g) && *name != "identity");
        missing.extend(
            lacking.map(|(_, name)| format!("{name}: no defect of its own breaks equation {equation}")),
        );
    }
    assert_eq!(missing, [""; 0]);
}

/// A layer computes an activation, or says that its framework lacks it.
#[test]
fn every_layer_of_the_examples_knows_every_activation_or_says_that_it_does_not() {
    let table = sources::read("examples/subjects/README.md");
    let mut missing = BTreeSet::new();
    for (layer, also) in [
        ("numpy_layer.py", ""),
        ("pytorch_layer.py", ""),
        ("jax_layer.py", ""),
        ("keras_layer.py", "protocol.py"),
        ("onnx_layer.py", "protocol.py"),
        ("triton_layer.py", "protocol.py"),
        ("rocq_layer.py", "protocol.py"),
        ("tfjs_layer.mjs", ""),
        ("c_layer.c", ""),
        ("node_layer.mjs", ""),
        ("candle/src/main.rs", "protocol.rs"),
        ("burn/src/main.rs", "protocol.rs"),
    ] {
        let read = |file: &str| sources::read(&format!("examples/subjects/{file}"));
        // The step of this one is a module of its own.
        let text = read(if layer == "node_layer.mjs" { "layer.mjs" } else { layer });
        let declared = |name: &str| layer != "c_layer.c" || text.contains(&format!("\\\"{name}\\\""));
        let row =
            table.lines().find(|line| line.contains(&format!("({layer})"))).expect("a row of the table");
        for name in names() {
            let word = |text: &str| {
                text.match_indices(name).any(|(at, _)| {
                    let is_part = |c: char| c.is_alphanumeric() || c == '_';
                    !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
                })
            };
            let declined = row.rsplit('|').nth(1).is_some_and(|last| last.contains(&format!("`{name}`")));
            if !(declined || word(&text) && declared(name)) {
                missing.insert(format!("examples/subjects/{layer}: {name}"));
            }
            if !(also.is_empty() || word(&read(also))) {
                missing.insert(format!("examples/subjects/{also}: {name}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn a_problem_may_name_every_activation() {
    for scalar in ScalarActivation::ALL {
        let mut activation = json!({"name": scalar.name()});
        if let Some((key, x)) = scalar.parameter() {
            activation[key] = json!(x);
        }
        let problem = json!({"activation": activation, "inputs": {
            "A": [[1.5]], "p": [0.5], "R": [[1]], "W": [[0.75]], "b": [-0.5], "dA_next": [[2.0]]}});
        let read = dropout_oracle::wire::read::problem(
            problem.to_string().as_bytes(),
            dropout_oracle::wire::read::Kind::Problem,
        );
        let read = read.unwrap_or_else(|faults| panic!("{}: {faults}", scalar.name()));
        assert_eq!(*read.problem.activation(), Activation::Elementwise(scalar));
        let written =
            serde_json::to_value(dropout_oracle::wire::activation::Named::from(read.problem.activation()));
        assert_eq!(written.expect("JSON"), activation);
    }
}
