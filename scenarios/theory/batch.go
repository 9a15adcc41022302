package theory

import "math"

// LinearBatches is a server that takes all waiting customers as one batch. If none waits, it takes
// the next one that comes. A batch of b customers takes alpha·b + tau0: M/D^[∞]/1 (Inoue, 2021).
type LinearBatches struct {
	L, W        float64
	Batch       float64 // mean size of a batch
	Utilisation float64
	Load        float64 // λ·alpha
	Bound       float64 // Inoue's closed upper bound of W
}

// NewLinearBatches solves the queue exactly. The number X of customers that wait at the end of a
// batch is a Markov chain. Its moments follow from p0, the probability of X = 0. With B = max(X,
// 1), its generating function P satisfies
//
//	P(z) = E[exp(−(1−z)λ(alpha·B + tau0))] = g(z)·(P(z') − p0·(1−z')),
//	z' = exp(−(1−z)λ·alpha),  g(z) = exp(−(1−z)λ·tau0),
//
// Repeated substitution, from z = 0 to the fixed point 1, gives p0 as a product divided by a sum
// with only positive terms.
func NewLinearBatches(lambda, alpha, tau0 float64) (LinearBatches, error) {
	var c checks
	c.positive("lambda", lambda)
	c.notNegative("alpha", alpha)
	c.notNegative("tau0", tau0)
	c.positive("the time of a batch", alpha+tau0)
	load := lambda * alpha
	c.stable(load)
	if err := c.err(); err != nil {
		return LinearBatches{}, err
	}
	empty, err := emptyChance(load, lambda*tau0)
	if err != nil {
		return LinearBatches{}, err
	}
	// E[X], from E[X] = λ(alpha·E[B] + tau0) and E[B] = E[X] + p0
	left := (load*empty + lambda*tau0) / (1 - load)
	batch := left + empty
	// E[X²] = E[Λ] + E[Λ²] with Λ = λ(alpha·B + tau0), and E[B²] = E[X²] + p0.
	fixed := lambda * tau0
	square := (left + 2*load*fixed*batch + fixed*fixed + empty) / (1 - load*load)
	q := LinearBatches{Batch: batch, Load: load, Bound: inoueBound(lambda, alpha, tau0)}
	service := alpha*batch + tau0
	serviceSquare := alpha*alpha*square + 2*alpha*tau0*batch + tau0*tau0
	cycle := service + empty/lambda
	q.L = (alpha*square + tau0*batch + lambda*serviceSquare/2) / cycle
	q.W = q.L / lambda
	q.Utilisation = service / cycle
	return q, nil
}

// emptyChance returns p0 (see NewLinearBatches) for the loads λ·alpha and λ·tau0.
func emptyChance(load, fixed float64) (float64, error) {
	exponent, sum := 0.0, 1.0
	gap := 1.0 // 1 − z_j
	for range mostStates {
		exponent += gap * fixed
		gap = -math.Expm1(-gap * load)
		sum += math.Exp(-exponent) * gap
		if gap*(fixed+1) < 1e-18*(1-load) {
			return math.Exp(-exponent) / sum, nil
		}
	}
	return 0, errTooLarge
}

// inoueBound returns min(φ0, φ1) of Inoue (2021), an upper bound on the mean time in the system.
func inoueBound(lambda, alpha, tau0 float64) float64 {
	load := lambda * alpha
	light := (alpha + tau0) / (2 * (1 - load)) * (1 + 2*lambda*tau0 + (1-lambda*tau0)/(1+load))
	heavy := 1.5*tau0/(1-load) + alpha/2*(load+2)/(1-load*load)
	return min(light, heavy)
}

func (q LinearBatches) quantities() []quantity {
	return []quantity{
		plain("W", q.W), plain("L", q.L), plain("E[B] per batch", q.Batch), plain("server_util", q.Utilisation),
		plain("rho", q.Load), plain("Inoue_bound=min(phi0,phi1)", q.Bound),
	}
}

// readLinearBatches reads the arrival rate, or the load rho instead of it, or both.
func readLinearBatches(r *reader) ([]quantity, error) {
	r.used["hw"] = true // only a label
	alpha, tau0 := r.number("alpha"), r.number("tau0")
	if !r.has("lam") && r.has("rho") {
		return solved(NewLinearBatches(r.number("rho")/alpha, alpha, tau0))
	}
	lambda := r.number("lam")
	r.agrees("rho", lambda*alpha)
	return solved(NewLinearBatches(lambda, alpha, tau0))
}

// CappedBatches is the system LinearBatches with a limit b on the size of a batch: M/D^[1,b]/1.
type CappedBatches struct {
	L, W        float64
	Batch       float64 // mean size of a batch
	Utilisation float64
	Capacity    float64 // the largest rate that the server can serve
}

// NewCappedBatches solves the Markov chain of the number of customers that wait at the ends of
// batches. The chain is cut where its tail is negligible. The method is the elimination of
// Grassmann, Taksar and Heyman (1985), which only adds positive terms.
func NewCappedBatches(lambda, alpha, tau0 float64, largest int) (CappedBatches, error) {
	var c checks
	c.positive("lambda", lambda)
	c.notNegative("alpha", alpha)
	c.notNegative("tau0", tau0)
	c.count("bmax", largest, 1, mostStates)
	full := alpha*float64(largest) + tau0
	c.positive("the time of a full batch", full)
	q := CappedBatches{Capacity: float64(largest) / full}
	c.stable(lambda / q.Capacity)
	if err := c.err(); err != nil {
		return q, err
	}
	size := func(left int) int { return min(max(left, 1), largest) }
	service := func(left int) float64 { return alpha*float64(size(left)) + tau0 }
	chain, err := leftBehind(lambda, service, largest)
	if err != nil {
		return q, err
	}
	var busy, present float64
	for n, p := range chain {
		s := service(n)
		busy += p * s
		q.Batch += p * float64(size(n))
		present += p * (float64(max(n, 1))*s + lambda*s*s/2)
	}
	cycle := busy + chain[0]/lambda
	q.L = present / cycle
	q.W = q.L / lambda
	q.Utilisation = busy / cycle
	return q, nil
}

// leftBehind returns the distribution of the number of customers that wait at the end of a batch of
// at most largest.
func leftBehind(lambda float64, service func(left int) float64, largest int) ([]float64, error) {
	meanFull := lambda * service(largest)
	// For large n, the distribution falls off as z^{−n}, where z > 1 solves z^b = e^{λs(z−1)}.
	excess := bisect(0, 1e3*(float64(largest)/meanFull), func(y float64) float64 {
		return meanFull - float64(largest)*math.Log1p(y)/y
	})
	depth := float64(largest) + 45/math.Log1p(excess)
	if width := meanFull + float64(largest); depth*width > 1<<24 || depth*width*float64(largest) > 1<<31 {
		return nil, errTooLarge
	}
	arrivals := poisson(meanFull)
	chain := newBand(int(depth)+len(arrivals), largest, len(arrivals))
	for left := range chain.rows {
		probabilities := arrivals
		if left < largest {
			probabilities = poisson(lambda * service(left))
		}
		for n, p := range probabilities {
			chain.add(left, max(left-largest, 0)+n, p)
		}
	}
	return chain.steady(), nil
}

// band is a Markov chain on 0, 1, … whose steps go down by at most below and up by at most above. A
// step beyond the last state ends in this state.
type band struct {
	below int
	rows  [][]float64 // rows[i][j−i+below]
}

func newBand(states, below, above int) *band {
	b := &band{below: below, rows: make([][]float64, states)}
	for i := range b.rows {
		b.rows[i] = make([]float64, below+above+1)
	}
	return b
}

func (b *band) add(from, to int, p float64) { b.rows[from][min(to, len(b.rows)-1)-from+b.below] += p }

// steady returns the steady state. It eliminates the states from the last to the first. The
// elimination of a state only changes states that one step reaches.
func (b *band) steady() []float64 {
	for n := len(b.rows) - 1; n > 0; n-- {
		first := max(0, n-b.below)
		down := b.rows[n][first-n+b.below : b.below] // steps from n to first … n−1
		out := 0.0
		for _, p := range down {
			out += p
		}
		reach := len(b.rows[n]) - 1 - b.below
		for i := max(0, n-reach); i < n; i++ {
			at := n - i + b.below
			if b.rows[i][at] == 0 {
				continue
			}
			b.rows[i][at] /= out
			share := b.rows[i][at]
			for j, p := range down {
				b.rows[i][first+j-i+b.below] += share * p
			}
		}
	}
	probabilities := make([]float64, len(b.rows))
	probabilities[0] = 1
	sum := 1.0
	for n := 1; n < len(probabilities); n++ {
		reach := len(b.rows[n]) - 1 - b.below
		for i := max(0, n-reach); i < n; i++ {
			probabilities[n] += probabilities[i] * b.rows[i][n-i+b.below]
		}
		sum += probabilities[n]
	}
	for n := range probabilities {
		probabilities[n] /= sum
	}
	return probabilities
}

func (q CappedBatches) quantities() []quantity {
	return []quantity{
		plain("capacity", q.Capacity), plain("W", q.W), plain("L", q.L), plain("E[B] per batch", q.Batch),
		plain("server_util", q.Utilisation),
	}
}
