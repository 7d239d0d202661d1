//! Two steps compose: dA of the upper layer, passed as dA_next to the lower one, gives the gradient of the
//! composed function.

use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Dual, Prime, Rational};
use dropout_oracle::problem::activation::Algebraic;
use dropout_oracle::scalar::{Inputs, forward};
use dropout_oracle::verify::draw::{Drawn, Shape, Words, inputs};
use dropout_oracle::verify::{Form, Matrix, Scalar};
use dropout_oracle::witness::{self, Variable, difference, dual};

/// Two layers over 3 examples: 4 units, 2 units, 5 units; p and the mask differ from layer to layer.
fn layers<T: Drawn>(form: &impl Form, g: [Algebraic; 2], stream: u64) -> [Inputs<T>; 2] {
    let mut words = Words::new(stream);
    let lower = inputs::<T>(Shape::new(3, 4, 2), &mut words);
    let upper = inputs::<T>(Shape::new(3, 2, 5), &mut words);
    let upper = Inputs { a: forward::pass(&lower, &g[0]).a_next, ..upper };
    let lower = Inputs { da_next: form.step(&upper, &g[1]).backward.da, ..lower };
    [lower, upper]
}

fn composes<T: Drawn>(form: &impl Form) {
    let coupled = [Algebraic::CumulativeSum, Algebraic::CoupledQuadratic, Algebraic::NormalizedSquare];
    for (stream, g) in coupled.into_iter().flat_map(|g| coupled.map(|upper| [g, upper])).enumerate() {
        let [lower, upper] = layers::<T>(form, g, 1000 + stream as u64);
        let backward = form.step(&lower, &g[0]).backward;
        let still = [dual::constant(&lower), dual::constant(&upper)];
        for variable in Variable::ALL {
            let loss = |moved: &Grid<Dual<T>>| {
                witness::loss_of_two((&still[0], &g[0]), (&still[1], &g[1]), variable, moved)
            };
            let derivative = dual::gradient(loss, &witness::value(&lower, variable));
            let names = g.map(Algebraic::name);
            assert_eq!(variable.gradient(&backward), derivative, "{variable:?} with {names:?}");
        }
    }
}

#[test]
fn two_steps_are_the_gradient_of_two_layers_over_rationals_in_both_forms() {
    composes::<Rational>(&Scalar);
    composes::<Rational>(&Matrix);
}

#[test]
fn two_steps_are_the_gradient_of_two_layers_over_the_prime_field_in_both_forms() {
    composes::<Prime>(&Scalar);
    composes::<Prime>(&Matrix);
}

#[test]
fn two_linear_layers_compose_to_exact_central_differences() {
    // A sum of sums is linear in each entry, so the difference has no remainder.
    let g = [Algebraic::CumulativeSum; 2];
    let [lower, upper] = layers::<Rational>(&Scalar, g, 1100);
    let backward = Scalar.step(&lower, &g[0]).backward;
    let h = <Rational as num_traits::One>::one();
    for variable in Variable::ALL {
        let at = witness::value(&lower, variable);
        let loss =
            |moved: &Grid<Rational>| witness::loss_of_two((&lower, &g[0]), (&upper, &g[1]), variable, moved);
        let central = |i, j| difference::central(loss, &at, (i, j), &h);
        let differences = Grid::tabulate(at.rows(), at.cols(), central);
        assert_eq!(variable.gradient(&backward), differences, "{variable:?}");
    }
}
