package figures

import "wavetank/reports/analysis"

// figures lists the figures in the order of the report. A new figure takes one file, and one line
// here.
var figures = []figure{
	{"cost-attainment", "Cost against SLO attainment", costPicture},
	{"metrics", "Main metrics", metricsPicture},
	{"misses", "Why requests were late or lost", missesPicture},
	latencySpread.figure("latency-cdf", "Distribution of latency"),
	firstTokenSpread.figure("ttft-cdf", "Distribution of the time to the first token"),
	perTokenSpread.figure("tpot-cdf", "Distribution of the time per output token"),
	betweenTokensSpread.figure("itl-cdf", "Distribution of the time between tokens"),
	capacityCourse.figure("demand-capacity", "Demand and capacity over time"),
	machineCourse.figure("machines", "Machines over time"),
	replicaCourse.figure("replicas", "Replicas over time"),
	utilizationCourse.figure("utilization", "Utilization over time"),
	occupancyCourse.figure("kv-occupancy", "KV cache over time"),
	runningCourse.figure("running-requests", "Running requests over time"),
}

// Of returns the pictures of all figures that can show something of the results.
func Of(a *analysis.Analysis) []Picture {
	s := sheetOf(a)
	var list []Picture
	for _, f := range figures {
		if p := f.of(s); p != nil {
			p.Name, p.Title, p.about = f.name, f.title, s.head(p.spread)
			list = append(list, *p)
		}
	}
	return list
}

// Formats returns the file formats in which each picture is drawn.
func Formats() []string { return []string{"png", "svg"} }

// Files lists the names of the files of all figures.
func Files() []string {
	var names []string
	for _, f := range figures {
		for _, format := range Formats() {
			names = append(names, f.name+"."+format)
		}
	}
	return names
}
