from django.urls import URLPattern

app_name = "planet"
urlpatterns: list[URLPattern] = []
