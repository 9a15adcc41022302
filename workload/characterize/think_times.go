package characterize

// ThinkTimes is the distribution of pauses from an answer to the next turn of the conversation. The
// end of the stream cuts some pauses off. The estimate of Kaplan and Meier accounts for these
// ("Nonparametric estimation from incomplete observations", JASA 1958).
type ThinkTimes struct {
	Continues float64 // probability of a next turn
	Gaps      Gaps    // estimated pauses before a next turn, weighted in fractions

	next, never [64 * fine]int64 // complete pauses, and pauses cut off by the end of the stream
}

const fractions = 1 << 20 // sum of the weights of all pauses in Gaps

// estimate computes Continues and Gaps from the counts. It leaves out pauses that are so long that
// hardly any conversation was observed for that time.
func (p *ThinkTimes) estimate() {
	var waiting int64
	for i := range p.next {
		waiting += p.next[i] + p.never[i]
	}
	few, left := max(20, waiting/100), 1.0
	var shares [64 * fine]float64
	for i, n := range p.next {
		if waiting < few {
			break
		}
		shares[i] = left * float64(n) / float64(waiting)
		left -= shares[i]
		waiting -= n + p.never[i]
	}
	p.Continues = 1 - left
	if p.Continues <= 0 {
		return
	}
	for i, share := range shares {
		n := int64(share/p.Continues*fractions + 0.5)
		x := middle(i) / 1e9
		p.Gaps.n += n
		p.Gaps.bins[i] = n
		p.Gaps.sum += float64(n) * x
		p.Gaps.sum2 += float64(n) * x * x
	}
	p.Gaps.zero = p.Gaps.bins[0]
}

// Mean is the mean pause in seconds, or 0 if there is no pause.
func (p *ThinkTimes) Mean() float64 {
	if p.Gaps.n == 0 {
		return 0
	}
	return p.Gaps.sum / float64(p.Gaps.n)
}

// Quantile returns the pause that a share of the pauses, in [0, 1], does not exceed. It is in
// seconds, with a precision of 1/64.
func (p *ThinkTimes) Quantile(share float64) float64 {
	below := int64(0)
	for i, n := range p.Gaps.bins {
		if below += n; below > 0 && float64(below) >= share*float64(p.Gaps.n) {
			return middle(i) / 1e9
		}
	}
	return 0
}
