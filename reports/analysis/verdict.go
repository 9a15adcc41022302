package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// judge fills in the verdicts, and the decision that follows from them.
func (a *Analysis) judge() (err error) {
	a.Standings = compare.Standings(compare.Judge(a.Comparisons, a.Manifest.Objectives))
	a.Decision, err = compare.Decide(a.Rows, a.Standings, a.Manifest.Clairvoyant)
	return err
}

// Headline says in sentences which policy to choose, what this policy costs, and which objectives
// the others miss.
func (a *Analysis) Headline(quote func(string) string) []string {
	if len(a.Standings) == 0 {
		return []string{"No objective is known, so there is no verdict."}
	}
	var sentences []string
	if a.Decision.Best != "" {
		sentences = a.answer(quote)
	} else {
		sentences = a.none(quote)
	}
	if text := a.keptAbove(quote); text != "" {
		sentences = append(sentences, text)
	}
	if text := a.withFinding(compare.NotMet, quote); text != "" {
		sentences = append(sentences, "Missed: "+text+".")
	}
	if text := a.withFinding(compare.NotShown, quote); text != "" {
		sentences = append(sentences, "Not shown: "+text+".")
	}
	if a.undecided() && !a.Manifest.Interrupted {
		sentences = append(sentences, fmt.Sprintf("More replications may show more, such as --replications %d.", max(10, 4*a.Replications())))
	}
	return append(sentences, a.unjudged(quote)...)
}

// answer names the policy to choose, what this policy costs and rents, and which other policies
// keep the objectives.
func (a *Analysis) answer(quote func(string) string) []string {
	best := a.Decision.Best
	ours := a.lineOf(best)
	names := a.runnable(ours, quote)
	rank := wording.Verb(names, "is the cheapest policy that keeps ", "are the cheapest policies that keep ")
	switch {
	case len(a.Lines) == 1:
		rank = wording.Verb(names, "keeps ", "keep ")
	case a.open():
		rank = wording.Verb(names, "is the cheapest policy that is shown to keep ", "are the cheapest policies that are shown to keep ")
	}
	text := wording.List(names) + " " + rank + a.allObjectives() + a.withinBudget()
	switch {
	case a.Decision.Oracular && len(a.Lines) == 1:
		text += ", knowing the load of the whole run beforehand"
	case a.Decision.Oracular:
		text = "Of policies that all know the load of the whole run beforehand (" + foresight + "), " + text
	}
	sentences := []string{text + ": " + a.price(best) + a.saving(best, quote) + "."}
	sentences = append(sentences, a.renting(best, names, quote)...)
	if text := a.lessAccurate(ours, quote); text != "" {
		sentences = append(sentences, text)
	}
	return append(sentences, a.keptToo(quote)...)
}

// keptToo lists the other policies that keep every objective and the budget.
func (a *Analysis) keptToo(quote func(string) string) []string {
	var rivals, dearer, oracles []string
	for _, l := range a.Lines {
		if !a.keeps(l) || a.overspends(l) || slices.Contains(l.Names, a.Decision.Best) {
			continue
		}
		text := a.called(l, quote) + " (" + a.price(l.Policy) + ")"
		switch {
		case !a.Decision.Oracular && l.foreseen(a):
			oracles = append(oracles, text)
		case slices.ContainsFunc(l.Names, func(name string) bool { return slices.Contains(a.Decision.Rivals, name) }):
			rivals = append(rivals, text)
		default:
			dearer = append(dearer, text)
		}
	}
	var sentences []string
	for _, kept := range []struct {
		how   string
		lines []string
	}{
		{"Kept too, with no difference in cost shown", rivals},
		{"Kept too, at a higher cost", dearer},
		{"Kept too, but only by knowing the load beforehand", oracles},
	} {
		if len(kept.lines) > 0 {
			sentences = append(sentences, kept.how+": "+wording.List(kept.lines)+".")
		}
	}
	return sentences
}

// keeps reports whether the policies of a line keep every objective.
func (a *Analysis) keeps(l Line) bool {
	standing := a.Standing(l.Policy)
	return standing != nil && standing.Finding == compare.Met
}

// foreseenly names the cheapest policy that keeps every objective by knowing the load beforehand,
// with its price and machines. It returns "" if there is none.
func (a *Analysis) foreseenly(quote func(string) string) string {
	var least *Line
	for i, l := range a.Lines {
		if a.keeps(l) && !a.overspends(l) && (least == nil || a.cost(l.Policy) < a.cost(least.Policy)) {
			least = &a.Lines[i]
		}
	}
	if least == nil {
		return ""
	}
	what := "them"
	if len(a.Judged()) == 1 {
		what = "it"
	}
	text := fmt.Sprintf("%s %s %s by knowing the load beforehand (%s)", a.called(*least, quote), wording.Verb(least.Names, "keeps", "keep"), what, a.price(least.Policy))
	if machines := a.rent(least.Policy, quote); machines != "" {
		text += ", with " + machines
	}
	return text + "."
}

// cost returns the mean cost of a policy in a run, in US dollars. An unknown cost is infinite.
func (a *Analysis) cost(policy string) float64 {
	if c := a.At(policy, CostColumn); c != nil {
		return c.Value.Mean
	}
	return math.Inf(1)
}

// open reports whether some policy that could be the answer may keep every objective, but is not
// shown to do so.
func (a *Analysis) open() bool { return slices.ContainsFunc(a.Standings, a.isOpen) }

func (a *Analysis) isOpen(standing compare.Standing) bool {
	could := (a.Decision.Oracular || !a.Foresees(standing.Policy)) && !slices.Contains(a.Decision.Overspent, standing.Policy)
	return could && standing.Finding == compare.NotShown
}

// undecided reports whether more replications may show more. They may if an open policy has a known
// share for an objective that is not shown to be kept.
func (a *Analysis) undecided() bool {
	return slices.ContainsFunc(a.Standings, func(standing compare.Standing) bool {
		return a.isOpen(standing) && standing.Worst(compare.NotShown) != nil
	})
}

// lessAccurate warns if the answers of a line are less accurate than those of another line. It
// returns "" if they are not.
func (a *Analysis) lessAccurate(l Line, quote func(string) string) string {
	over := Column{rows.All, accuracy}
	ours := a.At(l.Policy, over)
	if ours == nil {
		return ""
	}
	most, whose := ours.Value.Mean, ""
	for _, l := range a.Lines {
		if c := a.At(l.Policy, over); c != nil && c.Value.Mean > most+0.1 { // points
			most, whose = c.Value.Mean, a.called(l, quote)
		}
	}
	if whose == "" {
		return ""
	}
	return fmt.Sprintf("But %s answers have an accuracy of %.1f\u00a0%%; those of %s have %.1f\u00a0%%.", wording.Verb(a.runnable(l, quote), "its", "their"), ours.Value.Mean, whose, most)
}

// none says that no policy keeps every objective, and which one comes nearest.
func (a *Analysis) none(quote func(string) string) []string {
	text := "No policy keeps " + a.allObjectives() + a.withinBudget()
	if a.open() {
		text = "No policy is shown to keep " + a.allObjectives() + a.withinBudget()
	}
	switch {
	case a.Decision.Oracular:
		text += ", though " + wording.Verb(a.Policies, "it knows", "all know") + " the load of the whole run beforehand (" + foresight + ")"
	case a.foreseenly(Plain) != "":
		text += " without knowing the load beforehand"
	}
	if a.Replications() == 1 {
		text += ": one replication has no interval"
	}
	text += "."
	sentences := []string{text}
	if a.Decision.Nearest != "" {
		sentences = append(sentences, a.nearest(quote)...)
	}
	if text := a.foreseenly(quote); text != "" {
		sentences = append(sentences, text)
	}
	return sentences
}

// nearest says how far the best policy is from its objectives, and what this policy rents.
func (a *Analysis) nearest(quote func(string) string) []string {
	names := a.runnable(a.lineOf(a.Decision.Nearest), quote)
	standing := a.Standing(a.Decision.Nearest)
	worst := standing.Worst(compare.NotMet, compare.NotShown)
	if standing.Finding == compare.Met {
		return nil // another sentence says that it does not keep the budget
	}
	if worst == nil {
		unknown := standing.First(compare.NotShown)
		return []string{fmt.Sprintf("%s %s all but %s, of which %s (%s).", wording.List(names), wording.Verb(names, "keeps", "keep"), quote(unknown.Name), unknown.Reason, a.price(a.Decision.Nearest))}
	}
	how := wording.Verb(names, " misses least", " miss least")
	switch {
	case len(a.Lines) == 1: // there is no other policy to compare with
		how = ""
	case worst.Finding != compare.NotMet:
		how = wording.Verb(names, " comes nearest", " come nearest")
	}
	sentences := []string{fmt.Sprintf("%s%s: %s (%s).", wording.List(names), how, a.against(*worst, quote), a.price(a.Decision.Nearest))}
	return append(sentences, a.renting(a.Decision.Nearest, names, quote)...)
}

// renting returns a sentence about the machines of a policy, or nothing if there are no rows.
func (a *Analysis) renting(policy string, names []string, quote func(string) string) []string {
	machines := a.rent(policy, quote)
	if machines == "" {
		return nil
	}
	return []string{wording.Verb(names, "It rents ", "They rent ") + machines + "."}
}

// withFinding lists the policies with one finding. Each is listed with the objective that it misses
// most. It returns "" for none.
func (a *Analysis) withFinding(o compare.Finding, quote func(string) string) string {
	var names []string
	for _, l := range a.Lines {
		standing := a.Standing(l.Policy)
		if standing == nil || standing.Finding != o || slices.Contains(l.Names, a.Decision.Nearest) {
			continue
		}
		text := a.called(l, quote)
		worst := standing.Worst(o)
		if worst != nil {
			text += " (" + a.against(*worst, quote)
		} else {
			unknown := standing.First(o)
			text += " (" + quote(unknown.Name) + ": " + unknown.Reason
		}
		if n := standing.Number(o); n > 1 {
			text += fmt.Sprintf(", and %d more", n-1)
		}
		text += ", at " + a.Hourly(l.Policy) + ")"
		names = append(names, text)
	}
	return wording.List(names)
}

// against writes a share together with its objective: "resnet 91.2 % [90.1, 92.3] against 99 %".
func (a *Analysis) against(v compare.Verdict, quote func(string) string) string {
	text := wording.Share(v)
	if at := strings.IndexByte(text, ' '); at >= 0 {
		text = text[:at] + wording.Unbroken + "%" + text[at:]
	} else {
		text += wording.Unbroken + "%"
	}
	text = strings.ReplaceAll(text, " ", wording.Unbroken) + " against " + wording.Number(v.Percent) + wording.Unbroken + "%"
	if v.Scope == rows.All {
		return text
	}
	return quote(v.Name) + wording.Unbroken + text
}

// allObjectives names what must be kept.
func (a *Analysis) allObjectives() string {
	if len(a.Judged()) == 1 {
		return "the objective"
	}
	return "every objective"
}

// unjudged says which models, pipelines and classes have no verdict, and why.
func (a *Analysis) unjudged(quote func(string) string) []string {
	var reasons []string
	names := map[string][]string{}
	for _, o := range a.Manifest.Objectives {
		if o.Percent > 0 {
			continue
		}
		if names[o.About] == nil {
			reasons = append(reasons, o.About)
		}
		names[o.About] = append(names[o.About], quote(o.Name))
	}
	for i, r := range reasons {
		reasons[i] = fmt.Sprintf("No verdict for %s: %s.", wording.List(names[r]), r)
	}
	return reasons
}

// price says what a policy costs per hour and per 30 days. Without rows of the cost per hour, it
// says what the policy costs in the run.
func (a *Analysis) price(policy string) string {
	if month := a.Monthly(policy); month != "" {
		return a.Hourly(policy) + ", " + month + " in 30 days"
	}
	return a.Hourly(policy)
}

// Monthly says what a policy costs in 30 days. It returns "" without rows of the cost per hour.
func (a *Analysis) Monthly(policy string) string {
	rate := a.At(policy, rateColumn)
	if rate == nil {
		return ""
	}
	month := rate.Value
	month.Mean, month.Low, month.High = month.Mean*HoursOfMonth, month.Low*HoursOfMonth, month.High*HoursOfMonth
	return wording.Rough("$", month)
}

// Hourly says what a policy costs per hour. Without rows of the cost per hour, it says what the
// policy costs in the run.
func (a *Analysis) Hourly(policy string) string {
	if rate := a.At(policy, rateColumn); rate != nil {
		return wording.Rough("$/h", rate.Value)
	}
	if cost := a.At(policy, CostColumn); cost != nil {
		return wording.Rough(cost.Unit, cost.Value)
	}
	return "unknown cost"
}

var rateColumn = Column{rows.All, "cost_rate"}

// HoursOfMonth is the number of hours for which prices of 30 days are given.
const HoursOfMonth = 30 * 24

// saving compares the cost of a policy with the cost of the baseline. It returns "" unless the
// interval of the difference excludes zero.
func (a *Analysis) saving(policy string, quote func(string) string) string {
	cost, base := a.At(policy, CostColumn), a.At(a.Manifest.Baseline, CostColumn)
	if cost == nil || base == nil || !cost.Difference.ExcludesZero() || base.Value.Mean <= 0 {
		return ""
	}
	change := cost.Difference.Mean / base.Value.Mean * 100
	than := "less"
	if change > 0 {
		than = "more"
	}
	return fmt.Sprintf("; %s\u00a0%% %s than the baseline %s", wording.Fixed(math.Abs(change), max(0, wording.Decimals(math.Abs(change), 2))), than, quote(a.Manifest.Baseline))
}
