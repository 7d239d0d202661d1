//! The scalar activations, each in its own file.
//!
//! Such a file implements [`ScalarFunction`]; the list at the end of this one names them all. Formulas
//! neither overflow nor cancel where the true value is representable.

use crate::number::{ErrorBound, Real};

/// A function of a single unit's z: `g_j(z) = g(z_j)`, with a diagonal Jacobian.
pub trait ScalarFunction: Copy {
    /// The name in JSON and on the command line.
    const NAME: &'static str;
    /// `g(z_j)` in terminal symbols, with a parameter in braces.
    const FORMULA: &'static str;
    /// Parameters for cases, if the function takes one: those in common use, and those that reveal more
    /// defects.
    const PARAMETERS: &'static [f64] = &[];
    /// The time of a value and a slope in exact arithmetic of 128 bits, in multiply-adds: an exponential's.
    const COST: f64 = 100.0;

    /// g(z).
    fn value<T: Real>(self, z: &T) -> T;

    /// g′(z); at a kink, the slope from the left (ruling kink-slopes).
    fn derivative<T: Real>(self, z: &T) -> T;

    /// g(z) as textbooks write it. It may cancel; an implementation is not wrong for that.
    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        self.value(&z)
    }

    /// g′(z) as textbooks write it, in terms of z or of the value.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        self.derivative(&z)
    }

    /// Whether there are two slopes at z = 0.
    fn has_kink(self) -> bool {
        false
    }

    /// Whether the graph is one or two straight lines, so that only a factor can be rounded.
    fn is_piecewise_linear(self) -> bool {
        false
    }
}

/// Writes the enum over a list of [`ScalarFunction`]s, each given by its module, its name, and any parameter.
macro_rules! scalar_activations {
    ($(
        $(#[$doc:meta])*
        $module:ident::$name:ident $({ $(#[$parameter_doc:meta])* $parameter:ident = $example:literal })?
    ),* $(,)?) => {
        /// A scalar activation, by name.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum ScalarActivation {
            $($(#[$doc])* $name $({ $(#[$parameter_doc])* $parameter: f64 })?),*
        }

        impl ScalarActivation {
            /// All of them; the parameters are examples.
            pub const ALL: [ScalarActivation; [$(stringify!($name)),*].len()] =
                [$(ScalarActivation::$name $({ $parameter: $example })?),*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::NAME),*
                }
            }

            /// `g(z_j)` in terminal symbols, with a parameter in braces.
            pub fn formula(self) -> &'static str {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::FORMULA),*
                }
            }

            /// The name and value of its parameter, if it takes one.
            pub fn parameter(self) -> Option<(&'static str, f64)> {
                match self {
                    $($(ScalarActivation::$name { $parameter } => Some((stringify!($parameter), $parameter)),)?)*
                    _ => None,
                }
            }

            /// The same function with another parameter, or itself if it takes none.
            pub fn with_parameter(self, x: f64) -> Self {
                match self {
                    $($(ScalarActivation::$name { .. } => ScalarActivation::$name { $parameter: x },)?)*
                    _ => self,
                }
            }

            /// Parameters for cases, if it takes one.
            pub fn parameters(self) -> &'static [f64] {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::PARAMETERS),*
                }
            }

            /// The time of a value and a slope in exact arithmetic of 128 bits, in multiply-adds.
            pub fn cost(self) -> f64 {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::COST),*
                }
            }

            /// g(z).
            pub fn value<T: Real>(self, z: &T) -> T {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => super::$module::$name $({ $parameter })?.value(z)),*
                }
            }

            /// g′(z); at a kink, the slope from the left (ruling kink-slopes).
            pub fn derivative<T: Real>(self, z: &T) -> T {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.derivative(z)
                    }),*
                }
            }

            /// g(z) as textbooks write it.
            pub fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.textbook_value(z)
                    }),*
                }
            }

            /// g′(z) as textbooks write it.
            pub fn textbook_derivative<const S: usize, const A: usize>(
                self,
                z: ErrorBound<S, A>,
            ) -> ErrorBound<S, A> {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.textbook_derivative(z)
                    }),*
                }
            }

            /// Whether there are two slopes at z = 0.
            pub fn has_kink(self) -> bool {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.has_kink()
                    }),*
                }
            }

            /// Whether the graph is one or two straight lines.
            pub fn is_piecewise_linear(self) -> bool {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.is_piecewise_linear()
                    }),*
                }
            }
        }
    };
}

scalar_activations! {
    /// z.
    identity::Identity,
    /// max(z, 0).
    relu::Relu,
    /// z if z > 0, slope · z otherwise.
    leaky_relu::LeakyRelu {
        /// The slope at and below 0, used exactly as given.
        slope = 0.2
    },
    /// `1 / (1 + e^−z)`.
    sigmoid::Sigmoid,
    /// tanh z.
    tanh::Tanh,
    /// `ln(1 + e^z)`.
    softplus::Softplus,
    /// z · sigmoid(z).
    silu::Silu,
    /// z · Φ(z), with the standard normal distribution function Φ.
    gelu::Gelu,
    /// `z/2 · (1 + tanh(√(2/π) · (z + 0.044715 z³)))`.
    gelu_tanh::GeluTanh,
    /// z if z > 0, `alpha · (e^z − 1)` otherwise.
    elu::Elu {
        /// The factor at and below 0, used exactly as given.
        alpha = 1.5
    },
    /// `z / (1 + |z|)`.
    softsign::Softsign,
}
