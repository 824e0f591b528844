"""How many words are held with what was found out about each.

Words come again and again, so nearly every look at one is answered out of a cache. The rare ones
never end, and some thirty caches hold them: much larger ones take hundreds of megabytes of a month
of news, and save no time. Numbers are not held where that can be told: most never come again, and
there is little to find out about one.
"""

WORDS_HELD = 16_384
