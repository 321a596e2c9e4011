"""Is it good, is it fair, where does it fail, and can its explanations be trusted?"""
