//! The worked example as a student sees it, for two cases and at the edges.

use dropout_oracle::explain::{self, EQUATIONS, Equation};
use dropout_oracle::oracle;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem};

fn text(problem: &Problem, equation: Option<u8>, width: usize) -> String {
    let expected = oracle::expected(problem).expect("within range");
    let chosen = |one: &&Equation| equation.is_none_or(|number| one.number == number);
    let chosen: Vec<&Equation> = EQUATIONS.iter().filter(chosen).collect();
    explain::text(problem, &expected, &chosen, width)
}

/// The case worked by hand: every number in it is a small integer.
fn by_hand() -> Problem {
    let inputs = Inputs {
        a: vec![vec![2.0, 3.0, -2.0], vec![0.0, 1.0, -2.0]],
        keep_prob: vec![0.125, 0.5, 0.25],
        r: vec![vec![0.0, 1.0, 1.0], vec![1.0, 1.0, 0.0]],
        w: vec![vec![-2.0, 1.0], vec![-2.0, -2.0], vec![-2.0, -2.0]],
        b: vec![3.0, 1.0],
        da_next: vec![vec![-1.0, 1.0], vec![3.0, -2.0]],
    };
    Problem::new(inputs, Activation::Coupled(CoupledActivation::CoupledQuadratic)).expect("a valid problem")
}

/// A softmax whose numbers are not short decimals, and a unit that is never dropped.
fn softmax() -> Problem {
    let inputs = Inputs {
        a: vec![vec![0.5, -1.25], vec![2.0, 0.75], vec![-0.375, 1.5]],
        keep_prob: vec![0.8, 1.0],
        r: vec![vec![1.0, 1.0], vec![0.0, 1.0], vec![1.0, 1.0]],
        w: vec![vec![0.5, -0.75, 1.0, 0.25], vec![-1.5, 0.125, 0.5, 2.0]],
        b: vec![0.25, -0.5, 0.5, 1.0],
        da_next: vec![vec![1.0, -0.5, 0.25, 2.0], vec![-1.5, 0.75, 0.5, -0.25], vec![0.125, 3.0, -2.0, 0.5]],
    };
    Problem::new(inputs, Activation::Coupled(CoupledActivation::Softmax)).expect("a valid problem")
}

#[test]
fn the_case_worked_by_hand_is_explained_in_every_equation() {
    insta::assert_snapshot!("by_hand", text(&by_hand(), None, 100));
}

#[test]
fn a_softmax_is_explained_in_every_equation() {
    insta::assert_snapshot!("softmax", text(&softmax(), None, 80));
}

/// Nine examples, eight inputs, ten outputs; numbers of every size, and a g of its own for every unit.
fn large() -> Problem {
    let (m, n, n_next) = (9, 8, 10);
    let rows = |rows: usize, cols: usize, cell: &dyn Fn(usize, usize) -> f64| {
        (0..rows).map(|i| (0..cols).map(|j| cell(i, j)).collect()).collect::<Vec<Vec<f64>>>()
    };
    let sizes = [1e-300, -0.0001, 0.00001234, 999999.0, -1234567.0, 0.1234567, -1e6, 1e300];
    let units = [
        ScalarActivation::Identity,
        ScalarActivation::Relu,
        ScalarActivation::LeakyRelu { slope: -0.25 },
        ScalarActivation::Sigmoid,
        ScalarActivation::Tanh,
        ScalarActivation::Softplus,
        ScalarActivation::Silu,
        ScalarActivation::Gelu,
        ScalarActivation::GeluTanh,
        ScalarActivation::Elu { alpha: 1.5 },
    ];
    let inputs = Inputs {
        a: rows(m, n, &|i, k| sizes[(i + k) % sizes.len()]),
        keep_prob: (0..n).map(|k| 0.3 + 0.1 * k as f64).map(|p: f64| p.min(1.0)).collect(),
        r: rows(m, n, &|i, k| if (i + 2 * k) % 3 == 0 { 0.0 } else { 1.0 }),
        w: rows(n, n_next, &|k, j| (k as f64 - j as f64) / 4.0),
        b: (0..n_next).map(|j| 0.5 - j as f64).collect(),
        da_next: rows(m, n_next, &|i, j| ((3 * i + 5 * j) % 7) as f64 / 8.0 - 0.375),
    };
    Problem::new(inputs, Activation::PerUnit(units.to_vec())).expect("a valid problem")
}

#[test]
fn long_rows_columns_and_sums_show_only_their_ends() {
    let pages = [4, 5, 19, 51].map(|equation| text(&large(), Some(equation), 80));
    insta::assert_snapshot!("large", pages.join("\n────\n"));
}

#[test]
fn no_line_is_wider_than_the_page() {
    for problem in [by_hand(), softmax(), large()] {
        for width in [0, 80, 100, 132] {
            for line in text(&problem, None, width).lines() {
                assert!(line.chars().count() <= width.max(80), "wider than {width}: {line}");
            }
        }
    }
}

#[test]
fn one_equation_alone_reads_as_it_does_among_all() {
    let whole = text(&softmax(), None, 80);
    for equation in EQUATIONS {
        let alone = text(&softmax(), Some(equation.number), 80);
        let heading = format!("\n{} · {} · {}\n", equation.number, equation.id, equation.kind);
        let section = &alone[alone.find(&heading).expect("its heading")..];
        assert!(whole.contains(section), "equation {}", equation.number);
    }
}

#[test]
fn an_equation_is_found_by_its_number_and_by_its_id() {
    for equation in &EQUATIONS {
        for name in [equation.number.to_string(), equation.id.to_string()] {
            assert_eq!(explain::find(&name).expect("an equation"), equation);
        }
    }
}

#[test]
fn an_unknown_equation_is_refused_with_the_known_ones() {
    for (name, cure) in [
        ("0", "the document has 1 to 58"),
        ("59", "the document has 1 to 58"),
        ("backward.scalar.dv", "similar: backward.scalar.dz, backward.scalar.dw, backward.scalar.db"),
    ] {
        let error = explain::find(name).expect_err("no such equation");
        assert_eq!(error.to_string(), format!("--equation {name}: there is no such equation; {cure}"));
        assert_eq!(error.exit_code(), 2);
    }
}

/// The formula that stands between g(…) and the value, for every activation, on either side of a kink.
#[test]
fn g_and_its_jacobian_are_shown_in_numbers() {
    let by_name = |g: Activation| {
        let inputs = Inputs {
            a: vec![vec![1.0]],
            keep_prob: vec![1.0],
            r: vec![vec![1.0]],
            w: vec![vec![0.5, -2.0]],
            b: vec![0.0, 0.0],
            da_next: vec![vec![1.0, 3.0]],
        };
        let name = g.name();
        let problem = Problem::new(inputs, g).expect("a valid problem");
        let lines = |equation| {
            let page = text(&problem, Some(equation), 200);
            let shown = page.lines().filter(|line| line.starts_with("    ") && line.contains(['=', '≈']));
            let shown =
                shown.filter(|line| !line.contains(" =  ") && !line.contains("i=") && !line.contains("j="));
            shown.map(|line| format!("{line}\n")).collect::<String>()
        };
        format!("{name}\n{}{}", lines(5), lines(38))
    };
    insta::assert_snapshot!("activations", Activation::all().map(by_name).collect::<String>());
}
