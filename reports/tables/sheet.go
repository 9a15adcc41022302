// Package tables shows results as tables: on a terminal, in the Markdown report, and as data.
package tables

import "wavetank/reports/analysis"

// sheet makes tables from the analysis of results.
type sheet struct{ *analysis.Analysis }
