package store

// Layout names those files of a folder of results that other packages make: derived data and
// figures.
type Layout struct {
	Swept   bool     // the results are those of a sweep
	Derived []string // data files computed from the measured data; they have checksums, too
	Figures []string // every file that may lie in FiguresFolder
}

// FileData is a file that is to be written to the folder.
type FileData struct {
	Name string // relative to the folder, with slashes
	Data []byte
}

// measured lists the files of measured data, in the order in which they are written.
func (l Layout) measured() []dataFile {
	if l.Swept {
		return sweepFiles
	}
	return dataFiles
}

// data lists the data files, which the manifest lists with their checksums.
func (l Layout) data() []string {
	var names []string
	for _, f := range l.measured() {
		names = append(names, f.name)
	}
	return append(names, l.Derived...)
}

// drawn lists every file that can be drawn again from the data: the reports and the figures.
func (l Layout) drawn() []string {
	names := []string{ReportFile, PageFile}
	for _, f := range l.Figures {
		names = append(names, FiguresFolder+"/"+f)
	}
	return names
}

// files lists every file that a run may make.
func (l Layout) files() []string {
	return append(append(l.drawn(), manifestFile), l.data()...)
}
