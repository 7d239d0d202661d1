//! Verification can fail: every kind of defect turns exactly the right rows red, with every witness.

use crate::sweep;
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Number, Prime};
use dropout_oracle::oracle;
use dropout_oracle::problem::Problem;
use dropout_oracle::problem::activation::{Algebraic, VectorFunction};
use dropout_oracle::scalar::{self, Inputs, Step, backward};
use dropout_oracle::trace::{Backward, Forward, Quantity};
use dropout_oracle::verify::degree::Degree;
use dropout_oracle::verify::draw::{Drawn, Shape, Words, inputs};
use dropout_oracle::verify::floating::{activations, error, rounded};
use dropout_oracle::verify::{Block, Finding, Form, Matrix, Plan, Row, Scalar, blocks};

/// Ways to get the step wrong.
#[derive(Clone, Copy, Debug)]
enum Defect {
    /// Ã = R ⊙ A.
    ForwardWithoutScale,
    /// dz_j = Σ_jj da_jj · ∂a_j/∂z_jj.
    TransposedJacobian,
    /// dW and db divided by m.
    Mean,
    /// dA = dÃ ⊙ R.
    BackwardWithoutScale,
    /// dA = dÃ ⊙ 1/p.
    BackwardWithoutMask,
    /// dW[1][0] times 1 + 2^−40.
    OneElementByAHair,
}

impl Form for Defect {
    fn step<T: Number, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T> {
        let right = scalar::step(inputs, g);
        let one = |_: &T| T::one();
        match self {
            Defect::ForwardWithoutScale => {
                scalar::step(&Inputs { keep_prob: inputs.keep_prob.map(one), ..inputs.clone() }, g)
            }
            Defect::TransposedJacobian => {
                let transposed = |i| {
                    let jacobian = g.jacobian(right.forward.z.row(i));
                    let entry = |j| {
                        T::sum((0..jacobian.cols()).map(|jj| inputs.da_next.at(i, jj) * jacobian.at(j, jj)))
                    };
                    (0..jacobian.rows()).map(entry).collect()
                };
                let dz = Grid::from_rows(inputs.w.cols(), (0..inputs.a.rows()).map(transposed).collect());
                let da_tilde = backward::da_tilde(&dz, &inputs.w);
                Step {
                    backward: Backward {
                        dw: backward::dw(&dz, &right.forward.a_tilde),
                        db: backward::db(&dz),
                        da: backward::da(&da_tilde, &inputs.r, &inputs.keep_prob),
                        dz,
                        da_tilde,
                    },
                    ..right
                }
            }
            Defect::Mean => {
                let mean = |x: &T| x.clone() / T::from_f64(inputs.a.rows() as f64);
                let (dw, db) = (right.backward.dw.map(mean), right.backward.db.map(mean));
                Step { backward: Backward { dw, db, ..right.backward }, ..right }
            }
            Defect::BackwardWithoutScale => {
                let ones = inputs.keep_prob.map(one);
                let da = backward::da(&right.backward.da_tilde, &inputs.r, &ones);
                Step { backward: Backward { da, ..right.backward }, ..right }
            }
            Defect::BackwardWithoutMask => {
                let da = backward::da(&right.backward.da_tilde, &inputs.r.map(one), &inputs.keep_prob);
                Step { backward: Backward { da, ..right.backward }, ..right }
            }
            Defect::OneElementByAHair => {
                let right_dw = right.backward.dw;
                let hair = T::from_f64(1.0 + 2f64.powi(-40));
                let dw = Grid::tabulate(right_dw.rows(), right_dw.cols(), |k, j| {
                    if (k, j) == (1, 0) { right_dw.at(k, j) * hair.clone() } else { right_dw.at(k, j) }
                });
                Step { backward: Backward { dw, ..right.backward }, ..right }
            }
        }
    }
}

impl Defect {
    /// What a comparison must find wrong.
    fn breaks(self, compared: &str) -> Vec<Quantity> {
        use Quantity::*;
        match self {
            // The upper layer's dA is what the lower layer starts from.
            Defect::BackwardWithoutScale | Defect::BackwardWithoutMask if compared == "two layers" => {
                vec![Dz, Dw, Db, DaTilde, Da]
            }
            Defect::BackwardWithoutScale | Defect::BackwardWithoutMask => vec![Da],
            Defect::ForwardWithoutScale if compared == "scalar form" => Quantity::ALL.into(),
            Defect::ForwardWithoutScale | Defect::TransposedJacobian => vec![Dz, Dw, Db, DaTilde, Da],
            Defect::Mean => vec![Dw, Db],
            Defect::OneElementByAHair => vec![Dw],
        }
    }
}

/// A shape of three different sizes in the sweep. Without it a smaller one, with two examples, two inputs and
/// three outputs: m = n hides nothing from these defects, none of which mixes up examples and inputs.
fn shape() -> Shape {
    if sweep::is_on() { Shape::new(3, 2, 4) } else { Shape::new(2, 2, 3) }
}

fn small() -> Plan {
    Plan { shapes: vec![shape()], trials: 1 }
}

fn wrong(rows: &[Row]) -> Vec<Quantity> {
    let wrong = rows.iter().filter(|row| matches!(row.finding, Finding::Wrong { .. }));
    wrong.map(|row| row.quantity).collect()
}

/// The comparisons that see the defect, with their rows.
fn turns_red(defect: Defect, sees: impl Fn(&Block) -> bool) -> Vec<(&'static str, Vec<Row>)> {
    let mut seen = vec![];
    for block in blocks(&defect, &small()) {
        let rows = block.rows();
        let expected = if sees(&block) { defect.breaks(block.compared) } else { vec![] };
        assert_eq!(
            wrong(&rows),
            expected,
            "{defect:?} against {} over {}",
            block.compared,
            block.run.numbers
        );
        if sees(&block) {
            seen.push((block.compared, rows));
        }
    }
    seen
}

#[test]
fn a_forward_pass_without_the_scale_turns_every_row_red() {
    turns_red(Defect::ForwardWithoutScale, |_| true);
}

/// In the sweep only.
#[test]
fn a_transposed_jacobian_turns_every_gradient_red_with_every_witness() {
    if !sweep::is_on() {
        return;
    }
    turns_red(Defect::TransposedJacobian, |_| true);
}

/// In the sweep only.
#[test]
fn a_mean_over_the_batch_turns_dw_and_db_red_with_every_witness() {
    if !sweep::is_on() {
        return;
    }
    turns_red(Defect::Mean, |_| true);
}

/// In the sweep only.
#[test]
fn a_backward_pass_without_the_scale_turns_da_red_with_every_witness() {
    if !sweep::is_on() {
        return;
    }
    turns_red(Defect::BackwardWithoutScale, |_| true);
}

/// In the sweep only.
#[test]
fn a_backward_pass_without_the_mask_turns_da_red_with_every_witness() {
    if !sweep::is_on() {
        return;
    }
    turns_red(Defect::BackwardWithoutMask, |_| true);
}

#[test]
fn a_hair_in_one_element_turns_dw_red_everywhere_but_in_differences_of_doubles() {
    // Their bound is about 2^−53 over the step 2^−17, a hair 2^−40.
    let sees = |block: &Block| (block.compared, block.run.numbers) != ("differences", "f64");
    for (compared, rows) in turns_red(Defect::OneElementByAHair, sees) {
        let place = if compared == "one direction" { "dW along a direction" } else { "dW[1][0]" };
        let row = rows.into_iter().find(|row| row.quantity == Quantity::Dw);
        let finding = row.expect("every comparison has dW").finding;
        let Finding::Wrong { path, shape: wrong_at, .. } = finding else { panic!("{finding:?}") };
        assert_eq!((path.as_str(), wrong_at), (place, shape()));
    }
}

#[test]
fn both_forms_turn_no_row_red() {
    for (scalar, matrix) in blocks(&Scalar, &small()).iter().zip(blocks(&Matrix, &small())) {
        for rows in [scalar.rows(), matrix.rows()] {
            assert!(rows.len() >= 5, "{} over {}", scalar.compared, scalar.run.numbers);
            assert_eq!(wrong(&rows), []);
        }
    }
}

#[test]
fn a_comparison_leaves_out_shapes_that_are_too_large_for_it() {
    let plan = Plan { shapes: vec![Shape::new(64, 64, 64), Shape::new(1, 1, 1)], trials: 1 };
    for block in blocks(&Scalar, &plan) {
        let takes_large = block.shapes.contains(&Shape::new(64, 64, 64));
        let runs_once = block.compared == "one direction"
            || block.compared == "scalar form" && block.run.numbers != "rationals";
        assert_eq!(takes_large, runs_once, "{} over {}", block.compared, block.run.numbers);
        assert!(block.shapes.contains(&Shape::new(1, 1, 1)));
    }
    let none = Plan { shapes: vec![Shape::new(64, 64, 64)], trials: 1 };
    assert_eq!(blocks(&Scalar, &none)[0].rows(), []);
}

#[test]
fn doubles_lie_within_their_bound_of_the_correctly_rounded_results() {
    let shape = Shape::new(4, 3, 5);
    for (g, stream) in activations(shape.n_next).iter().zip(1300..) {
        let inputs = inputs::<f64>(shape, &mut Words::new(stream));
        let problem = Problem::from_grids(&inputs, g.clone()).expect("a valid problem");
        let expected = oracle::expected(&problem).expect("within range");
        for full_jacobian in [true, false] {
            let step = rounded(&inputs, g, full_jacobian);
            let plain = scalar::step(&inputs, g);
            for quantity in Quantity::ALL {
                for (index, &exact) in expected.cells(quantity).iter().enumerate() {
                    let bounded = &step.cells(quantity)[index];
                    // The expected value itself is rounded, by half a unit in its last place.
                    let half_ulp = (exact.abs().next_up() - exact.abs()) / 2.0;
                    let (near, off) = bounded.exact_number();
                    let place = step.path(quantity, index);
                    assert!((near - exact).abs() <= off + half_ulp, "{} {place}", g.name());
                    let off = (plain.cells(quantity)[index] - exact).abs();
                    assert!(off <= error(bounded) + half_ulp, "{} {place}", g.name());
                }
            }
        }
    }
}

#[test]
fn degrees_are_those_counted_by_hand() {
    // One unit: ã = r·q·a with q = 1/p has degree 3, z = w·ã + b 4, and a_next = z²/(1 + z²) is a
    // quotient of two polynomials of degree 8.
    let inputs = inputs::<Degree>(Shape::new(1, 1, 1), &mut Words::new(0));
    let Forward { a_tilde, z, a_next } = scalar::forward::pass(&inputs, &Algebraic::NormalizedSquare);
    let chance = |degree: f64| (degree / (Prime::MODULUS - 1) as f64).log2();
    assert_eq!(a_tilde.at(0, 0).log2_chance(), chance(3.0));
    assert_eq!(z.at(0, 0).log2_chance(), chance(4.0));
    assert_eq!(a_next.at(0, 0).log2_chance(), chance(16.0));
}

#[test]
fn more_random_points_make_a_coincidence_less_likely() {
    let chance = |trials| {
        let plan = Plan { trials, ..small() };
        let blocks = blocks(&Scalar, &plan);
        let field = blocks.iter().find(|block| block.run.numbers == "field").expect("there is one");
        match field.rows()[0].finding {
            Finding::Chance(log2) => log2,
            ref other => panic!("{other:?}"),
        }
    };
    assert_eq!(chance(3), 3.0 * chance(1));
}

#[test]
fn drawn_problems_can_catch_defects() {
    let drawn = inputs::<f64>(Shape::new(16, 16, 3), &mut Words::new(1400));
    let mut keep_prob: Vec<f64> = drawn.keep_prob.clone().into();
    keep_prob.sort_by(f64::total_cmp);
    assert_eq!(keep_prob, (1..=16).map(|k| f64::from(k) / 16.0).collect::<Vec<_>>());
    let kept = drawn.r.cells().iter().filter(|&&r| r == 1.0).count();
    let dropped = drawn.r.cells().iter().filter(|&&r| r == 0.0).count();
    assert!(kept > dropped && dropped > 0 && kept + dropped == 256);
    let zeros_kept = drawn.a.cells().iter().zip(drawn.r.cells()).filter(|&(&a, &r)| a == 0.0 && r == 1.0);
    assert!(zeros_kept.count() > 0);
    assert!(drawn.da_next.cells().iter().any(|&x| x < 0.0) && drawn.da_next.cells().iter().any(|&x| x > 0.0));
    let field = Prime::keep_prob(&mut Words::new(1401), 8);
    assert!(field.iter().all(|p| p.value() != 0));
}
