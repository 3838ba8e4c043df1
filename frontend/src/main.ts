import "./panel";
import "./card";
