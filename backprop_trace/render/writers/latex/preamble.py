"""What stands above a document, and what is said above a piece of one."""

PREAMBLE = r"""\documentclass[11pt,a4paper,fleqn]{article}
\usepackage[margin=20mm]{geometry}
\usepackage{amsmath,amssymb,array,booktabs,longtable,tikz}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\setlength{\parindent}{0pt}
\setlength{\mathindent}{0pt}
\setlength{\rightskip}{0pt plus 1fil}
\setlength{\emergencystretch}{3em}
\allowdisplaybreaks
% a phase: more space before it than behind
\makeatletter
\renewcommand*\LT@end@pen{-10000} % what follows a long table stands on its last page
\renewcommand\section{\@startsection{section}{1}{0pt}{-13pt plus -5pt minus -3pt}{3pt}{\normalfont\large\bfseries}}
\renewcommand\subsection{\@startsection{subsection}{2}{0pt}{-11pt plus -4pt minus -3pt}{3pt}{\normalfont\bfseries}}
\makeatother
\definecolor{good}{rgb}{0,0.45,0.1}
\definecolor{notice}{rgb}{0.65,0.4,0}
\definecolor{bad}{rgb}{0.75,0,0}
\definecolor{faint}{gray}{0.5}
% a heading and what follows it stand together, if that leaves little of a page empty; so do the last lines
\newenvironment{together}[1][.25]{\par\def\leftempty{#1}\setbox0\vbox\bgroup}{\par\egroup
  \ifdim\ht0<\ifdim\leftempty pt<1pt .5\else .9\fi\textheight\roomfor{\ht0}{\leftempty}\fi\unvbox0 \addpenalty{0}}
\newenvironment{lastlines}{\samepage\predisplaypenalty10000 }{}
\newcommand*{\roomfor}[2]{\dimen0=\pagegoal \advance\dimen0-\pagetotal
  \ifdim\pagegoal<\maxdimen\advance\dimen0.8\pageshrink\fi
  \ifdim\dimen0<#1\relax\ifdim\dimen0<#2\textheight\newpage\fi\fi}
\newcommand{\roomforlines}{\par\roomfor{7\baselineskip}{1}}
% the left side of an equation, as wide as the widest of its phase
\newlength{\lhswidth}
\newcommand*{\lhsas}[1]{\global\lhswidth=#1\relax}
\newcommand*{\lhs}[1]{\makebox[\lhswidth][r]{$\displaystyle #1$}}
"""

SKIPS = r"""\setlength{\abovedisplayskip}{6pt plus 2pt minus 2pt}
\setlength{\belowdisplayskip}{6pt plus 2pt minus 2pt}
"""

FRAGMENT_REMARK = r"""% To be pasted into a document of your own. It needs, in the preamble:
%   \usepackage{amsmath,array,booktabs,tikz}
% Nothing of the document around it is changed. For slides, --frames puts it into frames.
"""

ON_A_SLIDE = r"\footnotesize\setlength{\jot}{1pt}\setlength{\abovedisplayskip}{3pt}\setlength{\belowdisplayskip}{3pt}"

GROUP = rf"""\begingroup
\setlength{{\parindent}}{{0pt}}
\setlength{{\rightskip}}{{0pt plus 1fil}}
\ifdefined\mathindent\setlength{{\mathindent}}{{0pt}}\fi
\ifdefined\insertframetitle % on a slide of beamer
  {ON_A_SLIDE}
\fi
"""

BOX = r"""\ifdefined\insertframetitle\setbox0\vbox\bgroup\fi
"""
FITTED = r"""\par
\ifdefined\insertframetitle \egroup % a little too high for a frame: smaller, but readable
  \dimen0=.85\textheight \dimen2=.6\ht0
  \ifdim\ht0>\dimen0 \ifdim\dimen2<\dimen0
    \setbox0\hbox{\resizebox{!}{\dimen0}{\box0}}\noindent\fi\fi
  \ifhmode\box0\else\unvbox0\fi
\fi
"""
"""A fragment on a slide is set in a box, and made smaller where that brings it onto the slide."""

TOO_HIGH = "% This may be more than a slide holds: --digits 4 makes it shorter, --frames spreads it over several.\n"

NUMBERED_FROM_SECOND = r"""\setbeamertemplate{frametitle continuation}%
  {\ifnum\insertcontinuationcount>1 \insertcontinuationcount\fi}
"""
